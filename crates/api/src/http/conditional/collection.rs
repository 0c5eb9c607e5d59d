//! The entity tags of collections: a digest of what determines the representation. They are weak, since a list has other
//! bytes in each content coding (`docs/decisions/0038-entity-tags-of-collections.md`).

use std::sync::{Arc, LazyLock};

use actix_web::HttpRequest;
use actix_web::http::header::{self, ContentEncoding};
use aws_lc_rs::digest::{Context, SHA256};
use domain::{Owner, OwnerRevision, TaskError, Tasks, Timestamp};
use tokio::sync::OnceCell;

use super::{Comparison, Listed, listed, tags};
use crate::http::members::MEMBERS;
use crate::http::problem::{Problem, ProblemKind};
use crate::state::{AppState, ListKey, SentList};

/// The digest of the version of the representation: a build with other members, or of another release, has other tags.
static REPRESENTATION: LazyLock<Context> = LazyLock::new(|| {
    let mut digest = Context::new(&SHA256);
    update(&mut digest, env!("CARGO_PKG_VERSION").as_bytes());
    for member in MEMBERS.all() {
        update(&mut digest, member.name.as_bytes());
    }
    digest
});

/// The length of a digest in the tag: 128 bits in hexadecimal digits.
const DIGITS: usize = 32;

/// A requested collection of one owner.
pub(crate) struct Collection<'a> {
    owner: &'a Owner,
    /// The URL with its query, as sent.
    url: String,
    /// Whether it changes without a write.
    depends_on_time: bool,
    /// The tags of `If-None-Match` that may match now.
    none_match: Option<Listed<Tag>>,
    /// The owner's revision, once it was looked up.
    at: OnceCell<OwnerRevision>,
}

/// A tag that was sent.
struct Tag {
    opaque: String,
    until: Option<Timestamp>,
}

impl<'a> Collection<'a> {
    /// The collection at this URL, which has no query, with the conditions of the request.
    pub(crate) fn read(
        request: &HttpRequest,
        url: &str,
        owner: &'a Owner,
        (now, depends_on_time): (Timestamp, bool),
    ) -> Result<Self, Problem> {
        let if_match = |field: &str| listed(field, Comparison::Strong, |_| None::<Tag>);
        let if_match = tags(request.headers(), &header::IF_MATCH, if_match)?;
        let if_none_match = |field: &str| listed(field, Comparison::Weak, |opaque| Tag::parse(opaque, now));
        let none_match = tags(request.headers(), &header::IF_NONE_MATCH, if_none_match)?;
        if let Some(Listed::Tags(_)) = if_match {
            let detail = "The entity tags of lists are weak, which never match in If-Match.";
            return Err(Problem::new(ProblemKind::PreconditionFailed, detail));
        }
        let url = format!("{url}?{}", request.query_string());
        Ok(Self { owner, url, depends_on_time, none_match, at: OnceCell::new() })
    }

    /// The revision and the tag of the current representation, if `If-None-Match` has it. Only the owner's revision is read,
    /// and nothing where no tag can match.
    pub(crate) async fn unchanged(
        &self,
        tasks: &Tasks,
    ) -> Result<Option<(OwnerRevision, String)>, TaskError> {
        let listed = match &self.none_match {
            Some(Listed::Tags(listed)) if !listed.is_empty() => listed.as_slice(),
            // Without the list, it is not known until when the tag is valid.
            Some(Listed::Any) if !self.depends_on_time => &[],
            _ => return Ok(None),
        };
        let at = self.revision(tasks).await?;
        let until = match &self.none_match {
            Some(Listed::Any) => Some(None),
            _ => listed.iter().find(|tag| tag.opaque == self.opaque(at, tag.until)).map(|tag| tag.until),
        };
        Ok(until.map(|until| (at, self.tag(at, until))))
    }

    /// The owner's revision, looked up once.
    async fn revision(&self, tasks: &Tasks) -> Result<OwnerRevision, TaskError> {
        self.at.get_or_try_init(|| tasks.revision(self.owner)).await.copied()
    }

    /// What distinguishes it from other lists of the owner that were sent.
    pub(crate) fn key(&self, coding: ContentEncoding) -> ListKey<'_> {
        ListKey { url: &self.url, coding }
    }

    /// The list as it was sent before, if it has not changed.
    pub(crate) async fn sent_before(
        &self,
        state: &AppState,
        coding: ContentEncoding,
        now: Timestamp,
    ) -> Result<Option<Arc<SentList>>, TaskError> {
        let Some((at, list)) = state.list_cache.get(self.owner, self.key(coding), now) else {
            return Ok(None);
        };
        Ok((self.revision(&state.tasks).await? == at).then_some(list))
    }

    /// Whether `If-None-Match` is `*`, which every representation matches.
    pub(crate) const fn matches_all(&self) -> bool {
        matches!(self.none_match, Some(Listed::Any))
    }

    /// The tag of the representation at this revision, which the time may change then.
    pub(crate) fn tag(&self, at: OwnerRevision, until: Option<Timestamp>) -> String {
        format!("W/\"{}\"", self.opaque(at, until))
    }

    fn opaque(&self, at: OwnerRevision, until: Option<Timestamp>) -> String {
        let until = until.map(|until| format!(".{}", until.unix_millis())).unwrap_or_default();
        let mut digest = REPRESENTATION.clone();
        let numbers = [at.epoch.to_be_bytes(), at.revision.number().to_be_bytes()].concat();
        for part in [self.owner.id().as_str().as_bytes(), self.url.as_bytes(), &numbers, until.as_bytes()] {
            update(&mut digest, part);
        }
        let first = digest.finish().as_ref().first_chunk().map_or(0, |first| u128::from_be_bytes(*first));
        format!("{first:0DIGITS$x}{until}")
    }
}

/// Adds a part and its length, without which other parts could have the same digest.
fn update(digest: &mut Context, part: &[u8]) {
    digest.update(&(part.len() as u64).to_be_bytes());
    digest.update(part);
}

impl Tag {
    /// Reads a tag, unless its time has passed.
    fn parse(opaque: &str, now: Timestamp) -> Option<Self> {
        let (digest, until) = match opaque.split_once('.') {
            Some((digest, millis)) => (digest, Some(Timestamp::from_unix_millis(millis.parse().ok()?)?)),
            None => (opaque, None),
        };
        let is_digest = digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_valid = is_digest && until.is_none_or(|until| now < until);
        is_valid.then(|| Self { opaque: opaque.to_owned(), until })
    }
}
