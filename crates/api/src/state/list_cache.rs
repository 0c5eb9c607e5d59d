//! Lists that were sent, to be sent again as long as the owner's revision is the same
//! (`docs/decisions/0064-lists-are-kept-until-the-next-change.md`).

use std::sync::Arc;

use actix_web::http::header::{ContentEncoding, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use domain::{Owner, OwnerId, OwnerRevision, Page, Timestamp};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

/// The longest body that is kept.
const MAX_BODY: usize = 64 * 1024;

/// The lists of one owner that are kept, the last ones that were read.
const MAX_LISTS: usize = 8;

/// How long a list is sent again. Every change by the service raises the revision, but a change with SQL does not, and after a
/// standby without the last commits was promoted, other changes get the same revisions.
const MAX_AGE_MILLIS: i64 = 60_000;

/// Parts of the cache with a lock of their own. Each has space for the lists of several owners, unless the cache is made small.
const SHARDS: usize = 8;

/// What the lists of an owner take on average, estimated.
const AVERAGE_BYTES: u64 = 4096;

/// What a list takes besides its texts, estimated: names of headers, links and a slot.
const OVERHEAD: usize = 512;

/// The lists of the process.
pub(crate) struct ListCache {
    owners: Option<Cache<OwnerId, Arc<OwnersLists>, ByteWeight>>,
}

/// Lists of one owner at one revision.
struct OwnersLists {
    at: OwnerRevision,
    lists: Vec<Arc<SentList>>,
}

/// A list as it was sent.
pub(crate) struct SentList {
    /// The URL with its query, as sent.
    url: String,
    /// The content coding that the request preferred.
    coding: ContentEncoding,
    /// When it was requested.
    from: Timestamp,
    /// When the time may change it; `None` if it cannot.
    until: Option<Timestamp>,
    /// The number of tasks.
    pub tasks: usize,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The body of the response.
    pub body: Bytes,
}

/// What distinguishes the lists of an owner.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListKey<'a> {
    /// The URL with its query, as sent.
    pub url: &'a str,
    /// The content coding that the request prefers.
    pub coding: ContentEncoding,
}

impl SentList {
    fn new(key: ListKey<'_>, page: &Page, from: Timestamp, headers: &HeaderMap, body: &[u8]) -> Self {
        Self {
            url: key.url.to_owned(),
            coding: key.coding,
            from,
            until: page.until,
            tasks: page.tasks.len(),
            headers: headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            // The buffer that the list was written to is larger.
            body: Bytes::copy_from_slice(body),
        }
    }

    /// The headers of the response.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> + '_ {
        self.headers.iter().cloned()
    }

    fn key(&self) -> ListKey<'_> {
        ListKey { url: &self.url, coding: self.coding }
    }

    /// A clock that is set back ends it.
    fn is_valid(&self, now: Timestamp) -> bool {
        let age = now.unix_millis() - self.from.unix_millis();
        (0..MAX_AGE_MILLIS).contains(&age) && self.until.is_none_or(|until| now < until)
    }

    fn bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(_, value)| value.len()).sum();
        OVERHEAD + self.url.len() + headers + self.body.len()
    }
}

impl ListCache {
    /// At most this many bytes; 0 keeps nothing.
    pub(crate) fn new(max_bytes: u64) -> Self {
        let items = usize::try_from(max_bytes / AVERAGE_BYTES).unwrap_or(usize::MAX);
        let mut options = OptionsBuilder::new();
        options.weight_capacity(max_bytes).estimated_items_capacity(items.max(1)).shards(SHARDS);
        let options = options.build().ok().filter(|_| max_bytes > 0);
        Self {
            owners: options.map(|options| {
                let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
                Cache::with_options(options, ByteWeight, hasher, lifecycle)
            }),
        }
    }

    /// A list that was sent, with the revision of its owner. It is current if the owner is still at that revision.
    pub(crate) fn get(
        &self,
        owner: &Owner,
        key: ListKey<'_>,
        now: Timestamp,
    ) -> Option<(OwnerRevision, Arc<SentList>)> {
        let of_owner = self.owners.as_ref()?.get(owner.id())?;
        let list = of_owner.lists.iter().find(|list| list.key() == key)?;
        list.is_valid(now).then(|| (of_owner.at, Arc::clone(list)))
    }

    /// Keeps a page that was requested at this time and is sent with these headers and this body, unless it is long. Lists of
    /// other revisions are dropped.
    pub(crate) fn keep(
        &self,
        owner: &Owner,
        key: ListKey<'_>,
        page: &Page,
        from: Timestamp,
        headers: &HeaderMap,
        body: &[u8],
    ) {
        let Some(owners) = self.owners.as_ref().filter(|_| body.len() <= MAX_BODY) else { return };
        let before = owners.peek(owner.id()).filter(|before| before.at == page.at);
        let before = before.iter().flat_map(|before| &before.lists).filter(|list| list.key() != key);
        let mut lists: Vec<_> = before.take(MAX_LISTS - 1).cloned().collect();
        lists.insert(0, Arc::new(SentList::new(key, page, from, headers, body)));
        owners.insert(owner.id().clone(), Arc::new(OwnersLists { at: page.at, lists }));
    }

    /// Drops the lists of an owner who is about to write, so that the next list is read without a look-up of the revision.
    pub(crate) fn forget(&self, owner: &Owner) {
        if let Some(owners) = &self.owners {
            owners.remove(owner.id());
        }
    }
}

#[derive(Clone)]
struct ByteWeight;

impl Weighter<OwnerId, Arc<OwnersLists>> for ByteWeight {
    fn weight(&self, owner: &OwnerId, of_owner: &Arc<OwnersLists>) -> u64 {
        let lists: usize = of_owner.lists.iter().map(|list| list.bytes()).sum();
        u64::try_from(owner.as_str().len() + lists).unwrap_or(u64::MAX)
    }
}
