//! The text form of a place in a list. It carries the order and the filter that it belongs to, and nothing that the
//! caller has not been shown; it is not a secret and holds nobody's identity, since every query is of the caller's own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Direction, Position, Sort, SortKey, Status, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in one particular list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The list's filter.
    pub status: Status,
    /// The list's search as it was written.
    pub search: String,
    /// The list's order.
    pub sort: Sort,
    /// The place.
    pub position: Position,
}

/// What stands in the text: version, status, search, key, direction, place, id.
#[derive(Serialize, Deserialize)]
struct Wire(u8, char, String, char, char, Place, Uuid);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    Millis(i64),
    Title(String),
}

const VERSION: u8 = 1;

impl Cursor {
    /// Writes it as text for a URL.
    pub(crate) fn encode(&self) -> String {
        let (place, id) = match &self.position {
            Position::Time(at, id) => (Place::Millis(at.unix_millis()), id),
            Position::Title(title, id) => (Place::Title(title.clone()), id),
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
        };
        let direction = match self.sort.direction {
            Direction::Ascending => '+',
            Direction::Descending => '-',
        };
        let wire = Wire(VERSION, status, self.search.clone(), key, direction, place, id.uuid());
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
    }

    /// Reads what [`Cursor::encode`] wrote, and nothing else.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let Wire(version, status, search, key, direction, place, id) = serde_json::from_slice(&bytes).ok()?;
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
            ('c', Place::Millis(millis)) => (SortKey::Created, time(millis, id)?),
            ('u', Place::Millis(millis)) => (SortKey::Updated, time(millis, id)?),
            ('t', Place::Title(title)) if !title.contains('\0') => {
                (SortKey::Title, Position::Title(title, id))
            }
            _ => return None,
        };
        Some(Self { status, search, sort: Sort { key, direction }, position })
    }
}

/// The years that both databases can hold.
fn time(millis: i64, id: TaskId) -> Option<Position> {
    let at = Timestamp::from_unix_millis(millis)?;
    (0..=9999).contains(&at.as_offset_date_time().year()).then_some(Position::Time(at, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(key: SortKey, position: Position) -> Cursor {
        let sort = Sort { key, direction: Direction::Descending };
        Cursor { status: Status::Pending, search: "a b%".into(), sort, position }
    }

    #[test]
    fn reads_back_what_it_wrote() {
        let id = TaskId::new(Uuid::from_u128(7));
        let at = Timestamp::from_unix_millis(1_795_252_517_465).unwrap();
        let title = Position::Title("straße 🚀".into(), id);
        for cursor in [cursor(SortKey::Updated, Position::Time(at, id)), cursor(SortKey::Title, title)] {
            let text = cursor.encode();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(Cursor::decode(&text), Some(cursor));
        }
    }

    #[test]
    fn refuses_what_it_did_not_write() {
        let wire = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let id = "00000000-0000-0000-0000-000000000007";
        let texts = [
            String::new(),
            "' OR 1=1--".into(),
            wire("[]"),
            wire(&format!(r#"[2,"a","","c","-",1,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","t","-",1,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","c","-","x","{id}"]"#)),
            wire(&format!(r#"[1,"a","","c","-",9223372036854775807,"{id}"]"#)),
            wire(&format!(r#"[1,"a","","t","-","\u0000","{id}"]"#)),
        ];
        for text in texts {
            assert_eq!(Cursor::decode(&text), None, "{text}");
        }
    }
}
