//! The limits that keep one client from exhausting the service: how fast an owner and an address may send requests, how
//! many requests of an owner run at the same time, and how many rejected tokens an address may send.

mod bucket;
mod owner;
mod tracked;

use std::net::IpAddr;
use std::num::NonZero;
use std::time::Duration;

use domain::{Owner, OwnerId};
use tokio::time::Instant;

use bucket::Bucket;
pub(crate) use bucket::Rate;
pub(crate) use owner::Admission;
use owner::OwnerUsage;
use tracked::Tracked;

use crate::config;

/// The limits and what clients have used of them. One for the process.
pub(crate) struct Limits {
    started: Instant,
    owner_rate: Option<Rate>,
    owner_concurrency: Option<NonZero<u32>>,
    owners: Tracked<OwnerId, OwnerUsage>,
    address_rate: Option<Rate>,
    addresses: Tracked<Client, Bucket>,
    failure_rate: Option<Rate>,
    failures: Tracked<Client, Bucket>,
}

/// An IPv4 address, or a network of 64 bits in IPv6: the least that a provider assigns to a customer (RFC 6177 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(u128);

impl Client {
    /// The client with this address.
    pub(crate) fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().to_bits()),
            IpAddr::V6(address) => Self(address.to_bits() & !u128::from(u64::MAX)),
        }
    }
}

/// A request over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// The owner sends requests too fast; with the seconds until the next one is admitted.
    OwnerRate(Rate, u64),
    /// The owner has too many requests in flight.
    OwnerConcurrency(NonZero<u32>),
    /// The owner has too many open event streams.
    OwnerStreams(u32),
    /// The address sends requests too fast.
    AddressRate(Rate),
    /// The address sent too many tokens that were rejected.
    FailedAuthentication(Rate),
}

impl Limits {
    /// The configured limits, all unused.
    pub(crate) fn new(settings: &config::Limits) -> Self {
        Self {
            started: Instant::now(),
            owner_rate: Rate::new(settings.requests_per_second, settings.burst),
            owner_concurrency: NonZero::new(settings.concurrent_requests_per_owner),
            owners: Tracked::default(),
            address_rate: Rate::new(settings.address_requests_per_second, settings.address_burst),
            addresses: Tracked::default(),
            failure_rate: Rate::new(
                settings.failed_authentications_per_second,
                settings.failed_authentications_burst,
            ),
            failures: Tracked::default(),
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// How fast an owner may send requests, if that is limited.
    pub(crate) const fn owner_rate(&self) -> Option<Rate> {
        self.owner_rate
    }

    /// Counts a request of an owner, until the admission is dropped.
    pub(crate) fn admit(&self, owner: &Owner) -> Result<Admission, Exceeded> {
        let usage = self.owners.get(owner.id());
        let admission = Admission::begin(usage, self.owner_concurrency)?;
        admission.take(self.owner_rate, self.now())
    }

    /// Counts an admitted request as this many more.
    pub(crate) fn charge(&self, admission: &mut Admission, requests: u64) {
        admission.charge(requests, self.now());
    }

    /// Whether requests are limited by their address.
    pub(crate) const fn limits_addresses(&self) -> bool {
        self.address_rate.is_some()
    }

    /// Counts a request from an address.
    pub(crate) fn admit_address(&self, client: Client) -> Result<(), Exceeded> {
        let Some(rate) = self.address_rate else { return Ok(()) };
        let taken = self.addresses.get(&client).take(rate, self.now());
        taken.map(drop).map_err(|_| Exceeded::AddressRate(rate))
    }

    /// Whether tokens from this address may be verified.
    pub(crate) fn may_verify(&self, client: Client) -> Result<(), Exceeded> {
        let Some(rate) = self.failure_rate else { return Ok(()) };
        match self.failures.find(&client) {
            Some(failures) if failures.is_empty(rate, self.now()) => {
                Err(Exceeded::FailedAuthentication(rate))
            }
            _ => Ok(()),
        }
    }

    /// Counts a rejected token from an address.
    pub(crate) fn count_failure(&self, client: Client) {
        if let Some(rate) = self.failure_rate {
            // An empty bucket stays empty.
            let _ = self.failures.get(&client).take(rate, self.now());
        }
    }
}

#[cfg(test)]
mod tests;
