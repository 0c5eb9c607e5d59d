//! Writes the results of a list of operations.

use actix_web::http::StatusCode;
use domain::{FailedOperation, OperationError, OperationResult, Outcome, RepositoryError, Task, TaskError};

use super::operation::{IF_MATCH, Verb};
use super::place;
use crate::http::problem::{Place, Problem, ProblemBody, ProblemKind};
use crate::http::representation::TaskJson;
use crate::http::write_json::{WriteJson, array, bare};

/// What is known of the operations before they are executed: what each does, or what is wrong with it.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) operations: Vec<Result<Verb, Problem>>,
    pub(crate) request_id: String,
}

struct ResultJson<'a> {
    status: StatusCode,
    task: Option<TaskJson<'a>>,
    problem: Option<ProblemBody<'a>>,
}

impl WriteJson for ResultJson<'_> {
    fn write_json(&self, json: &mut Vec<u8>) {
        let Self { status, task, problem } = self;
        json.extend_from_slice(b"{\"status\":");
        bare(json, status.as_u16());
        if let Some(task) = task {
            json.extend_from_slice(b",\"task\":");
            task.write_json(json);
        }
        if let Some(problem) = problem {
            json.extend_from_slice(b",\"problem\":");
            // A problem consists of texts and numbers.
            let _ = serde_json::to_writer(&mut *json, problem);
        }
        json.push(b'}');
    }
}

impl Results {
    /// The body of the response to these results.
    pub(crate) fn to_json(&self, results: &[OperationResult]) -> Vec<u8> {
        let mut json = b"{\"results\":".to_vec();
        array(
            &mut json,
            results.iter().zip(&self.operations).enumerate(),
            |json, (index, (result, read))| {
                let problem = result.as_ref().err().map(|error| self.problem(index, error));
                self.result(result, read, problem.as_ref()).write_json(json);
            },
        );
        json.push(b'}');
        json
    }

    /// The problem for which a list is not executed.
    pub(crate) fn failure(&self, FailedOperation { index, error }: &FailedOperation) -> Problem {
        self.problem(*index, error).with_index(*index)
    }

    fn result<'a>(
        &'a self,
        result: &'a OperationResult,
        read: &Result<Verb, Problem>,
        problem: Option<&'a Problem>,
    ) -> ResultJson<'a> {
        let status = match (problem, read) {
            (Some(problem), _) | (None, Err(problem)) => problem.kind().status(),
            (None, Ok(verb)) => verb.status(),
        };
        let problem = problem.map(|problem| ProblemBody::new(problem, &self.request_id));
        ResultJson { status, task: result.as_ref().ok().and_then(task).map(TaskJson), problem }
    }

    fn problem(&self, index: usize, error: &OperationError) -> Problem {
        match error {
            OperationError::Invalid => match self.operations.get(index) {
                Some(Err(problem)) => problem.clone(),
                _ => Problem::internal(),
            },
            OperationError::InvalidDependency => {
                let msg = "must be an earlier operation on the same task";
                Problem::invalid_member(IF_MATCH, msg, "value_error").at(&place(index))
            }
            OperationError::DependencyFailed => {
                let detail = "The operation in `if_match` failed.";
                Problem::new(ProblemKind::DependencyFailed, detail)
            }
            OperationError::Rejected { rejection, current } => {
                let problem = match RepositoryError::from(rejection.clone()) {
                    RepositoryError::AlreadyExists { .. } => {
                        Problem::new(ProblemKind::AlreadyExists, "A task with this id exists.")
                    }
                    RepositoryError::PreconditionFailed { .. } if current.is_none() => {
                        let detail = "An operation before this one would have created the task.";
                        Problem::new(ProblemKind::PreconditionFailed, detail)
                    }
                    error => TaskError::from(error).into(),
                };
                let verb = self.operations.get(index).and_then(|read| read.as_ref().ok());
                let place: Vec<Place> =
                    place(index).into_iter().chain(verb.and_then(|verb| verb.place())).collect();
                problem.at(&place).with_task(current.clone())
            }
        }
    }
}

/// The task of an outcome.
const fn task(outcome: &Outcome) -> Option<&Task> {
    match outcome {
        Outcome::Task(task) | Outcome::Unchanged(task) => Some(task),
        _ => None,
    }
}
