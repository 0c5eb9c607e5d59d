//! A list of operations in one request: reads it, and writes the result of each.

mod operation;
mod results;

use domain::{Bulk, NullPolicy, Operation, Tasks};
use serde_json::value::RawValue;

use crate::http::json::JsonObject;
use crate::http::members::Boolean;
use crate::http::problem::{FieldError, Place, Problem};

pub(crate) use operation::Verb;
pub(crate) use results::Results;

/// The most operations of a request.
pub(crate) const OPERATIONS_MAX: usize = 500;

/// The largest body, in bytes.
pub(crate) const BODY_MAX: usize = 1 << 20;

/// The member with the operations.
pub(crate) const OPERATIONS: &str = "operations";

/// The member that decides whether all operations are executed or none.
pub(crate) const ATOMIC: &str = "atomic";

/// Reads a list of operations, and returns for each what it does, or what is wrong with it.
pub(crate) fn read(body: &[u8], tasks: &Tasks) -> Result<(Bulk, Vec<Result<Verb, Problem>>), Problem> {
    let (object, operations) = JsonObject::parse_keeping(body, Some(OPERATIONS))?;
    let atomic = object.read(NullPolicy::Ignore, |reader| reader.optional::<Boolean, bool>(ATOMIC))?;
    let (mut list, mut verbs) = (Vec::new(), Vec::new());
    for (index, text) in objects(operations)?.into_iter().enumerate() {
        let (operation, verb) = match operation::read(text, tasks) {
            Ok((operation, verb)) => (operation, Ok(verb)),
            Err(problem) => {
                (Operation { command: None, unchanged_since: None }, Err(problem.at(&place(index))))
            }
        };
        list.push(operation);
        verbs.push(verb);
    }
    Ok((Bulk { atomic: atomic.unwrap_or(true), operations: list }, verbs))
}

/// The place of an operation in the body.
fn place(index: usize) -> [Place; 2] {
    [OPERATIONS.into(), Place::Index(index)]
}

/// The texts of the operations.
fn objects(operations: Option<&RawValue>) -> Result<Vec<&RawValue>, Problem> {
    let invalid = |msg: &str, kind| Problem::invalid_member(OPERATIONS, msg, kind);
    let operations = present(operations).ok_or_else(|| invalid("is required", "missing"))?;
    let list: Vec<&RawValue> =
        serde_json::from_str(operations.get()).map_err(|_| invalid("must be an array", "list_type"))?;
    if list.len() > OPERATIONS_MAX {
        return Err(invalid(&format!("must have at most {OPERATIONS_MAX} operations"), "too_long"));
    }
    let others = list.iter().enumerate().filter(|(_, text)| !text.get().starts_with('{'));
    let errors: Vec<FieldError> = others.map(|(index, _)| FieldError::operation(index)).collect();
    if errors.is_empty() { Ok(list) } else { Err(Problem::invalid(errors)) }
}

/// The text of a member, unless it is null, which counts as absent.
fn present(text: Option<&RawValue>) -> Option<&RawValue> {
    text.filter(|text| text.get() != "null")
}

impl FieldError {
    /// An operation that is no object.
    fn operation(index: usize) -> Self {
        let mut error = Self::whole_body("must be a JSON object", "object_type");
        error.loc.extend(place(index));
        error
    }
}
