// Where this service responds otherwise, or more narrowly, than a case expects: the right status, and the rule that requires
// it. `contract` is docs/reference/api.md, `auth` the page of crates/auth, `reliability` the limits in
// docs/reference/api.md. Every other case is held to its own `status` and `alt`.

const ANY_VALUE = 'contract, Writing: unknown and read-only members are ignored, never an error, never used';
const NUMBER_RANGE = `${ANY_VALUE}; RFC 8259 §6 lets a parser limit the range of numbers (400)`;
const NOT_PARSEABLE = 'contract, The order of checks: not parseable 400';
const WRONG_SHAPE = 'contract, The order of checks: parseable and wrong 422';
const NO_UUID = 'contract, The order of checks: a task with an id that is no UUID is 404';
const NOT_JSON = 'contract, The order of checks: not JSON where JSON is needed 415';
const OVER_LIMIT = 'contract, The order of checks: over the limit 413 (64 KiB, reliability, HTTP)';
const EXACT_TEXT = 'contract, The task: title and description come back exactly as sent, in every script';
const BAD_PARAMETER = 'contract, Listing: an unknown value of a known parameter is 422';
const OTHER_PARAMETER = 'contract, Listing: unknown parameters are ignored';
const OPAQUE_SUBJECT = 'auth, rule 3: sub is 1-255 bytes, no control characters; contract: opaque, never parsed';
const NO_MAXIMUM = 'auth: an optional maximum age; none is configured here';
const UNCHECKED_KEY = 'auth, rule 7: a key that could not be looked up is unavailable (503), not invalid (401)';
const ONE_CREDENTIAL = 'reliability, HTTP: not two Authorization headers; RFC 6750 §3.1: invalid_request';

const statuses = (status, reason, names, more = {}) =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, { status: [status].flat(), reason, ...more }]));

export const expectations = {
  // The parser skips extensions without storing them; the deadline for bodies bounds how long that may take.
  ...statuses(201, 'RFC 9112 §7.1.1: a recipient must ignore unrecognized chunk extensions', 'raw_chunk_ext_64k'),
  ...statuses(200, 'auth, rule 5: jku, x5u, x5c, jwk: ignored, never followed', 'hdr_jwk_equal_to_real_key'),
  ...statuses([200, 401], NO_MAXIMUM, 'exp_far_future exp_millis'),
  ...statuses([200, 401], OPAQUE_SUBJECT, 'sub_blank sub_zero_width'),
  ...statuses([401, 503], UNCHECKED_KEY, `kid_unknown kid_traversal kid_sqli kid_case kid_space kid_unicode kid_url`),
  ...statuses(401, 'auth, Rotation: a key whose private half is published verifies nothing', 'jwks_private_d_published',
    { errors: ['invalid_token'] }),
  ...statuses([401, 431], 'reliability, HTTP: token 8 KiB; this is 267 KiB, more than token_200k', 'hdr_deep_nesting'),
  ...statuses([400, 401], 'RFC 9110 §5.5: a field value with LF is rejected, or LF read as SP',
    'enc_sig_inner_newline'),
  ...statuses(401, 'contract, The order of checks: no token, or one that does not verify, is 401',
    'transport_scheme_only transport_scheme_space', { errors: [null, 'invalid_token'] }),
  ...statuses(200, 'RFC 9110 §11.4: one space or more before the token', 'transport_two_spaces'),
  ...statuses(400, ONE_CREDENTIAL, `transport_two_headers_same transport_two_headers_a_b transport_comma_joined
    transport_tab`),
  ...statuses(401, 'contract, The order of checks: 401 before anything about the body', 'transport_form_access_token'),

  ...statuses(422, 'contract, The order of checks: the body (3) before the task (4)', 'other_users_task_bad_body'),
  ...statuses(200, OTHER_PARAMETER, 'list_filter_by_owner query_unknown_param query_bracket_params query_8k'),
  ...statuses([200, 422], 'contract, Listing: a cursor is rejected (422) with others', 'cursor_of_user_b'),
  ...statuses(201, ANY_VALUE, 'create_with_foreign_owner create_with_id create_with_timestamps'),
  ...statuses(200, ANY_VALUE, 'patch_owner patch_null_vs_absent'),
  ...statuses(405, 'contract, Routes: no DELETE of the collection; Errors: 405 with Allow', 'bulk_mixed_owner_ids'),

  ...statuses(404, NO_UUID, `id_plus id_leading_zero id_negative id_zero id_i32_max_plus_1 id_i64_max_plus_1 id_huge
    id_float id_exp id_hex id_fullwidth_digit id_arabic_digit id_pct_digit id_trailing_space id_sqli id_sqli_stacked
    id_template id_uuid_braced id_long_8k`),
  ...statuses(200, 'contract, Routes: a trailing slash is tolerated', 'trailing_slash'),
  ...statuses([200, 404], 'RFC 3986 §6.2.2.2: percent-encoded unreserved characters are equivalent', 'pct_route'),

  ...statuses(415, NOT_JSON, `ct_missing ct_text ct_form ct_multipart ct_malformed ct_json_utf16 ct_vendor_json
    ct_merge_patch_on_post`),
  ...statuses(413, 'reliability, HTTP: body 64 KiB (after decompression too)', 'ce_gzip_bomb'),
  ...statuses(415, 'RFC 9110 §15.5.16: a coding that is not understood; only gzip is', 'ce_gzip_gzip'),

  ...statuses(400, NOT_PARSEABLE, `body_empty body_truncated body_trailing_garbage body_two_documents body_bom
    body_single_quotes body_comment body_trailing_comma body_nan body_utf16_body body_latin1_body`),
  ...statuses(422, WRONG_SHAPE, `body_null body_array body_positional_array body_string body_number body_title_number
    body_title_null body_title_empty body_title_blank body_title_missing body_title_nul body_title_ctrl body_title_zalgo
    body_title_max_plus_1 body_bool_string body_body_limit_exact body_date_invalid body_date_year_10000
    body_date_leap_second body_date_offset_25 body_date_number body_enum_case body_int_overflow body_int_as_float
    body_neg_zero`),
  ...statuses([201, 400, 422], `${ANY_VALUE}; RFC 8259 §4: names should be unique`, 'body_dup_unknown_key'),
  ...statuses(201, ANY_VALUE, 'body_unknown_field body_proto_pollution'),
  ...statuses([422, 400], NUMBER_RANGE, 'body_infinity body_number_400_digits'),
  ...statuses(201, EXACT_TEXT, `body_title_rtl_override body_title_noncharacter body_title_astral body_title_nfd
    body_title_max body_title_max_4byte body_title_sql body_title_html body_title_crlf body_title_format`),
  ...statuses(413, OVER_LIMIT, `body_title_1mb body_wide_100k_keys body_body_limit_plus_1 body_deep_unknown
    body_deep_open_only`),
  ...statuses(200, 'contract, Writing: an empty object changes nothing, leaves updated_at alone', 'patch_empty_object'),

  ...statuses(422, 'contract, Listing: a larger one is 422, never silently cut', 'query_limit_huge query_limit_million'),
  ...statuses(422, BAD_PARAMETER, `query_limit_neg query_limit_text query_sort_unknown query_sort_sqli
    query_cursor_sqli`),
  ...statuses([400, 422], `${BAD_PARAMETER}; this one is no UTF-8 either`, 'query_cursor_garbage'),
};

const PARSER_NAMES = new Set(`query_70k token_200k token_40k hdr_deep_nesting enc_sig_inner_newline
  body_gigantic_cl_no_body method_connect slow_idle_connect slow_headers_1bps`.split(/\s+/));

/** The statuses that are right for a case. */
export function allowedStatuses({ name, expect }) {
  return expectations[name]?.status ?? [expect.status, ...(expect.alt ?? [])];
}

/** The rule for a status that differs from the case's own. */
export const reasonOf = ({ name }) => expectations[name]?.reason;

/** Whether the HTTP parser itself may reject the case, with an empty body. */
export const parserMayReject = ({ name, group }) => group === 'framing' || PARSER_NAMES.has(name);
