//! Payloads of notifications: a line for each owner, of the epoch, the revision and the id. No id contains a line feed.

use std::fmt::Write;

use domain::{OwnerId, OwnerRevision, Revision};

use crate::database::notifier::Notifications;

/// The server rejects payloads from 8,000 bytes.
const BYTES_MAX: usize = 7_999;

/// In place of epoch and revision when they are not known.
const UNKNOWN: &str = "?";

/// As few payloads as the limit allows.
pub(super) fn encode(notifications: &Notifications) -> Vec<String> {
    let mut payloads = vec![String::new()];
    for (owner, at) in notifications {
        let mut line = String::new();
        // Writing to a text never fails.
        let _ = match at {
            Some(at) => write!(line, "{} {} {}", at.epoch, at.revision.number(), owner.as_str()),
            None => write!(line, "{UNKNOWN} {UNKNOWN} {}", owner.as_str()),
        };
        match payloads.last_mut() {
            Some(last) if last.is_empty() => *last = line,
            Some(last) if last.len() + 1 + line.len() <= BYTES_MAX => last.extend(["\n", &line]),
            _ => payloads.push(line),
        }
    }
    payloads
}

/// The notifications of a payload, without lines that this version does not understand.
pub(super) fn decode(payload: &str) -> impl Iterator<Item = (OwnerId, Option<OwnerRevision>)> + '_ {
    payload.split('\n').filter_map(|line| {
        let mut parts = line.splitn(3, ' ');
        let (epoch, revision, owner) = (parts.next()?, parts.next()?, parts.next()?);
        let owner = OwnerId::parse(owner).ok()?;
        if (epoch, revision) == (UNKNOWN, UNKNOWN) {
            return Some((owner, None));
        }
        let (epoch, revision) = (epoch.parse().ok()?, revision.parse().ok()?);
        Some((owner, Some(OwnerRevision { epoch, revision: Revision::new(revision) })))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notifications(owners: impl IntoIterator<Item = String>) -> Notifications {
        let at = |number: usize| {
            let revision = i64::try_from(number).unwrap();
            (!number.is_multiple_of(3)).then(|| OwnerRevision::new((1 << 53) - 1, (1 << 53) - revision))
        };
        let owners = owners.into_iter().enumerate();
        owners.map(|(number, owner)| (OwnerId::parse(&owner).unwrap(), at(number))).collect()
    }

    fn decoded(payloads: &[String]) -> Notifications {
        payloads.iter().flat_map(|payload| decode(payload)).collect()
    }

    #[test]
    fn payloads_keep_every_owner_and_the_limit() {
        let long = |number: usize| format!("{number:04}{}", "ö".repeat(125));
        for owners in [vec!["a b ? ' \\ \" 0".to_owned()], (0..1000).map(long).collect()] {
            let notifications = notifications(owners);
            let payloads = encode(&notifications);
            assert!(payloads.iter().all(|payload| payload.len() < 8000));
            assert_eq!(decoded(&payloads), notifications);
        }
        assert_eq!(encode(&notifications((0..100).map(|number| format!("{number:04}")))).len(), 1);
    }

    #[test]
    fn lines_of_others_are_ignored() {
        for line in ["", "1", "1 2", "1 2 ", "x 2 owner", "1 x owner", "? 1 owner", "1 2 a\u{1}b"] {
            assert_eq!(decode(line).count(), 0, "{line}");
        }
        assert_eq!(decode("1 2 3 4\nx\n? ? y").count(), 2);
    }
}
