//! The text form of a position in a list, with the order and filter of the list. It needs no signature: it contains only
//! data that the client has received, and every query is limited to the authenticated owner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    Direction, DueDate, OrderKey, Position, Priority, Revision, Scope, Sort, SortKey, Status, TaskId,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A position in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The list.
    pub scope: Scope,
    /// The list's filter.
    pub status: Status,
    /// The list's search, as sent.
    pub search: String,
    /// The list's order.
    pub sort: Sort,
    /// The position.
    pub position: Position,
    /// The list's filters by other members, as a query.
    pub filters: String,
    /// The owner's revision of the first page, in an order whose keys can change.
    pub revision: Option<Revision>,
}

/// The encoded tuple: version, status, search, key, direction, position, id, and what version 0.1.0 does not know.
#[derive(Serialize, Deserialize)]
struct Wire(
    u8,
    char,
    String,
    char,
    char,
    PositionKey,
    Uuid,
    #[serde(default, skip_serializing_if = "Extra::is_default")] Extra,
);

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Extra {
    filters: String,
    trash: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
}

impl Extra {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PositionKey {
    Number(i64),
    Text(String),
    None,
}

/// Cursors of other versions are rejected, so that their meaning can change.
const VERSION: u8 = 1;

impl Cursor {
    /// Encodes it for a URL.
    pub(crate) fn encode(&self) -> String {
        let (place, id) = match &self.position {
            Position::Time(at, id) => (PositionKey::Number(at.unix_millis()), id),
            Position::Title(title, id) => (PositionKey::Text(title.clone()), id),
            Position::DueDate(key, id) => (key.map_or(PositionKey::None, PositionKey::Number), id),
            Position::Priority(priority, id) => (PositionKey::Number(priority.rank().into()), id),
            Position::Completed(completed, id) => (PositionKey::Number((*completed).into()), id),
            Position::Manual(key, id) => (PositionKey::Text(key.to_string()), id),
            Position::Revision(revision, id) => (PositionKey::Number(revision.number()), id),
        };
        let status = match self.status {
            Status::All => 'a',
            Status::Pending => 'p',
            Status::Completed => 'c',
        };
        let key = match self.sort.key {
            SortKey::Created => 'c',
            SortKey::Updated => 'u',
            SortKey::Title => 't',
            SortKey::DueDate => 'd',
            SortKey::Priority => 'p',
            SortKey::Completed => 'f',
            SortKey::Position => 'm',
            SortKey::Deleted => 'x',
        };
        let direction = match self.sort.direction {
            Direction::Ascending => '+',
            Direction::Descending => '-',
        };
        let extra = Extra {
            filters: self.filters.clone(),
            trash: self.scope == Scope::Trash,
            revision: self.revision.map(Revision::number),
        };
        let wire = Wire(VERSION, status, self.search.clone(), key, direction, place, id.uuid(), extra);
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
    }

    /// Decodes a text of [`Cursor::encode`]; rejects every other.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let wire = serde_json::from_slice(&bytes).ok()?;
        let Wire(version, status, search, key, direction, place, id, extra) = wire;
        let Extra { filters, trash, revision } = extra;
        if version != VERSION {
            return None;
        }
        let status = match status {
            'a' => Status::All,
            'p' => Status::Pending,
            'c' => Status::Completed,
            _ => return None,
        };
        let direction = match direction {
            '+' => Direction::Ascending,
            '-' => Direction::Descending,
            _ => return None,
        };
        let id = TaskId::new(id);
        let (key, position) = match (key, place) {
            ('c', PositionKey::Number(millis)) => (SortKey::Created, time(millis, id)?),
            ('u', PositionKey::Number(millis)) => (SortKey::Updated, time(millis, id)?),
            ('t', PositionKey::Text(title)) if !title.contains('\0') => {
                (SortKey::Title, Position::Title(title, id))
            }
            ('d', PositionKey::None) => (SortKey::DueDate, Position::DueDate(None, id)),
            ('d', PositionKey::Number(key)) if DueDate::from_sort_key(key).is_some() => {
                (SortKey::DueDate, Position::DueDate(Some(key), id))
            }
            ('p', PositionKey::Number(rank)) => {
                let priority =
                    Priority::ALL.into_iter().find(|priority| i64::from(priority.rank()) == rank)?;
                (SortKey::Priority, Position::Priority(priority, id))
            }
            ('f', PositionKey::Number(completed @ 0..=1)) => {
                (SortKey::Completed, Position::Completed(completed == 1, id))
            }
            ('m', PositionKey::Text(key)) => {
                (SortKey::Position, Position::Manual(OrderKey::parse(&key)?, id))
            }
            ('x', PositionKey::Number(number)) if trash => {
                (SortKey::Deleted, Position::Revision(Revision::new(number), id))
            }
            _ => return None,
        };
        if revision.is_some_and(|number| number < 0 || !key.can_change()) {
            return None;
        }
        let (scope, sort) = (if trash { Scope::Trash } else { Scope::Live }, Sort { key, direction });
        let revision = revision.map(Revision::new);
        Some(Self { scope, status, search, sort, position, filters, revision })
    }
}

/// Limited to the years that both databases can represent.
fn time(millis: i64, id: TaskId) -> Option<Position> {
    let at = Timestamp::from_unix_millis(millis)?;
    (0..=9999).contains(&at.as_offset_date_time().year()).then_some(Position::Time(at, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(key: SortKey, position: Position) -> Cursor {
        let scope = if key == SortKey::Title { Scope::Live } else { Scope::Trash };
        let sort = Sort { key, direction: Direction::Descending };
        Cursor {
            scope,
            status: Status::Pending,
            search: "a b%".into(),
            sort,
            position,
            filters: String::new(),
            revision: None,
        }
    }

    #[test]
    fn cursors_round_trip() {
        let id = TaskId::new(Uuid::from_u128(7));
        let at = Timestamp::from_unix_millis(1_795_252_517_465).unwrap();
        let title = Position::Title("straße 🚀".into(), id);
        let cursors = [
            cursor(SortKey::Updated, Position::Time(at, id)),
            cursor(SortKey::Title, title),
            cursor(SortKey::DueDate, Position::DueDate(None, id)),
            cursor(SortKey::DueDate, Position::DueDate(Some(-3), id)),
            cursor(SortKey::Priority, Position::Priority(Priority::Urgent, id)),
            cursor(SortKey::Position, Position::Manual(OrderKey::first(Revision::new(9)), id)),
            cursor(SortKey::Deleted, Position::Revision(Revision::new(9), id)),
            Cursor { filters: "tag=a".into(), ..cursor(SortKey::Completed, Position::Completed(true, id)) },
            Cursor {
                revision: Some(Revision::new(0)),
                ..cursor(SortKey::Title, Position::Title(String::new(), id))
            },
        ];
        for cursor in cursors {
            let text = cursor.encode();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(Cursor::decode(&text), Some(cursor));
        }
    }

    #[test]
    fn cursors_of_version_0_1_0_are_read() {
        let text = URL_SAFE_NO_PAD.encode(r#"[1,"a","","t","-","b","00000000-0000-0000-0000-000000000007"]"#);
        assert!(Cursor::decode(&text).is_some_and(|cursor| cursor.revision.is_none()));
    }

    #[test]
    fn other_texts_are_rejected() {
        let wire = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let id = "00000000-0000-0000-0000-000000000007";
        let texts = [
            String::new(),
            "' OR 1=1--".into(),
            wire("[]"),
            wire(&format!(r#"[2,"a","","c","-",1,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","t","-",1,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","x","-",1,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","c","-",1,"{id}",1]"#)),
            wire(&format!(r#"[1,"a","","c","-","x","{id}"]"#)),
            wire(&format!(r#"[1,"a","","c","-",9223372036854775807,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","t","-","\u0000","{id}"]"#)),
            wire(&format!(r#"[1,"a","","d","-",9223372036854775807,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","p","-",4,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","f","-",2,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","c","-",null,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","m","-","","{id}"]"#)),
            wire(&format!(r#"[1,"a","","m","-","a-b","{id}"]"#)),
            wire(&format!(r#"[1,"a","","m","-",7,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","c","-",1,"{id}",{{"revision":1}}]"#)),
            wire(&format!(r#"[1,"a","","u","-",1,"{id}",{{"revision":-1}}]"#)),
            wire(&format!(r#"[1,"a","","u","-",1,"{id}",{{"revision":"1"}}]"#)),
        ];
        for text in texts {
            assert_eq!(Cursor::decode(&text), None, "{text}");
        }
    }
}
