import { MessagePage } from "./message-page";

/** Shown instead of a page that failed. */
export function ErrorMessage({ retry }: { retry: () => void }) {
  return (
    <MessagePage title="Something went wrong" text="The page could not be shown. Try again in a moment.">
      <title>Something went wrong · Tasknook</title>
      <button className="button primary" onClick={retry}>
        Try again
      </button>
      {/* Loads the page, instead of using the router, which may have failed. */}
      <a className="button" href="/tasks">
        Go to your tasks
      </a>
    </MessagePage>
  );
}
