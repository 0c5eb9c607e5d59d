import { isProblem } from "./use-task-changes";

/** The error of an edit, unless it is shown at a field. */
export function EditFailure({ error }: { error?: Error }) {
  if (!error || (isProblem(error, "validation") && (error.of("title") || error.of("description")))) return null;
  return (
    <p className="failure" role="alert">
      {isProblem(error, "task_not_found") ? "This task was deleted elsewhere." : error.message}
    </p>
  );
}
