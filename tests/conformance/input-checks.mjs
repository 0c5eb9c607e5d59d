import * as body from './body-checks.mjs';
import * as changes from './changes-checks.mjs';
import * as events from './events-checks.mjs';
import * as http from './http-checks.mjs';
import * as isolation from './isolation-checks.mjs';
import * as lists from './lists-checks.mjs';
import * as query from './query-checks.mjs';

// Checked for every case by response-rules.mjs, or by the framing runner.
const ALWAYS = [];

const byText = {
  'same response as for an id that never existed': [isolation.sameAsMissing],

  'zero rows of user b': [isolation.noRowsOfB],
  'if 201, stored owner is the caller; never user-b': [isolation.ownerIsTheCaller],
  "id ignored; user b's row unchanged": [isolation.idIsIgnored],
  'owner unchanged': [isolation.ownerUnchanged],
  "replay as user b must not return user a's task": [isolation.replayIsPerUser],
  'never 5xx; body is problem+json without parser text': ALWAYS,
  'never 5xx; problem+json; same response on SQLite and PostgreSQL': ALWAYS,
  'never 5xx': ALWAYS,
  'same headers as GET, no body': [http.sameAsGet],
  'Allow header present on 405': [http.allowOn405],
  'Allow present; problem+json': [http.allowOn405],
  '415 carries Accept-Post or Accept': [http.acceptsOn415],
  'Accept-Encoding in the 415': [http.codingsOn415],
  'RSS growth < 8 MiB': [http.boundedDecompression],
  '304 has ETag, Vary, Cache-Control; no body': [http.notModified],
};

// Checks for what a case describes in its name or its `why`.
const byName = {
  other_users_task_if_match: [isolation.sameAsMissing],
  list_filter_by_owner: [isolation.onlyOwnRows],
  position_of_user_b: [changes.sameAsGarbage],
  changes_filter_by_owner: [changes.wholePage],
  changes_snapshot: [changes.wholePage],
  changes_since_empty: [changes.wholePage],
  changes_unknown_param: [changes.wholePage],
  changes_trailing_slash: [changes.wholePage],
  changes_of_lists: [changes.listAndItsTask],
  changes_of_a_deletion: [changes.deletionAlone],
  list_of_user_b_as_filter: [lists.noTasks],
  list_with_foreign_owner: [lists.ownMembers],
  list_read_only_members: [lists.ownMembers],
  list_collection: [lists.ownListWithCounts],
  list_put_chosen_id: [lists.chosenId],
  list_color_upper_case: [lists.colorInLowerCase],
  list_patch_empty_object: [lists.unchangedList],
  list_move_beside_itself: [lists.unchangedList],
  list_delete_keeps_tasks: [lists.keepsTasks],
  list_delete_trashes_tasks: [lists.trashesTasks],
  create_with_id: [isolation.ownerIsTheCaller],
  create_with_timestamps: [isolation.timestampsAreIgnored],
  bulk_mixed_owner_ids: [http.nothingDeleted],
  id_pct_digit: [http.encodedIdIsTheSame],
  id_uuid_braced: [http.noAliases],
  pct_route: [http.guardedByRoute],
  absolute_form: [http.noForeignHost],
  options_collection: [http.allowListsMethods],
  method_delete_collection: [http.nothingDeleted],
  method_override_header: [http.nothingDeleted, body.storedAsSent],
  post_to_item: [http.allowOn405],
  method_lowercase: [http.allowOn405],
  method_unknown: [http.allowOn405],
  auth_before_405: [http.sameOrderEverywhere],
  if_match_stale: [http.currentEtagOn412],
  if_match_weak: [http.currentEtagOn412],
  if_match_race_100: [http.oneWinner],
  cache_control_private: [http.notForSharedCaches],
  body_title_html: [body.inertMarkup],
  body_title_crlf: [body.noForgedHeader],
  body_deep_unknown: [body.boundedDepth],
  patch_empty_object: [body.nothingChanged],
  patch_null_vs_absent: [body.nullClearsAbsentKeeps],
  query_filter_like_wildcards: [query.wildcardsAreLetters],
  query_filter_redos: [query.searchIsBounded],
  query_filter_nul: [query.searchIsBounded],
  query_invalid_utf8: [query.searchIsBounded],
  query_offset_huge: [query.beyondTheEnd],
};

const byGroup = {
  json: [body.storedAsSent],
  query: [query.onlyOwn],
  changes: [changes.tellsToBeginAgain, changes.namesTheParameter],
  events: [events.tellsToBeginAgain],
  lists: [lists.hasItsCode, lists.namesTheMember, lists.currentTagOn412, lists.atItsLocation],
};

// Plain text in the place of an id: the route is the task's, so its 404 is that of every missing task.
const OTHER_ROUTES =
  /^id_(?:nul|invalid|overlong|bad|double|dotdot|pct|encoded|backslash|semicolon|newline|uuid_upper)/;
const missingId = ({ group, name }) => group === 'path' && name.startsWith('id_') && !OTHER_ROUTES.test(name);

/** The checks of a case besides its status. Each takes the context of the case and returns what is wrong. */
export function checksOf(testCase) {
  const { check } = testCase.expect;
  const wanted = check === undefined ? [] : byText[check];
  if (!wanted) return [() => [`no check is defined for: ${check}`]];
  const own = byName[testCase.name] ?? [];
  const missing = missingId(testCase) ? [isolation.sameAsMissing] : [];
  return [...new Set([...wanted, ...own, ...(byGroup[testCase.group] ?? []), ...missing])];
}
