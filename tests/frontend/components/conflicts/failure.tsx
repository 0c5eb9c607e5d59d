/** Why the answer could not be stored. */
export function Failure({ error }: { error?: Error }) {
  if (!error) return null;
  return (
    <p className="failure" role="alert">
      {error.message}
    </p>
  );
}
