import { isProblem } from "./use-task-changes";

/** The members that have a field with an error message of its own. */
const FIELDS = ["title", "description", "due_date", "priority", "tags", "list_id"];

/** The error of an edit, unless it is shown at a field. */
export function EditFailure({ error }: { error?: Error }) {
  if (!error || (isProblem(error, "validation") && FIELDS.some((field) => error.of(field)))) return null;
  return (
    <p className="failure" role="alert">
      {isProblem(error, "task_not_found") ? "This task was deleted elsewhere." : error.message}
    </p>
  );
}
