const TASK = '{"title":"x"}';
const CHUNKED_TASK = `d\r\n${TASK}\r\n0\r\n\r\n`;
const FOLLOWING = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';
const CLIENT_HELLO = '160301002f0100002b0303' + '00'.repeat(32) + '000004002f0035' + '0100';

/** The bytes of a raw case. Where a request could be smuggled in, one follows that must not be served. */
export function framingRequest(name, { tasks, token }) {
  const auth = `Authorization: Bearer ${token}\r\n`;
  const json = 'Content-Type: application/json\r\n';
  const get = (more = '', line = `GET ${tasks} HTTP/1.1`) => `${line}\r\nHost: a\r\n${auth}${more}\r\n`;
  const post = (framing, body = '', version = '1.1') =>
    `POST ${tasks} HTTP/${version}\r\nHost: a\r\n${auth}${json}${framing}\r\n${body}`;
  const lengths = (...values) => post(values.map((value) => `Content-Length: ${value}\r\n`).join(''), TASK + FOLLOWING);
  const coding = (lines, version) => post(lines, CHUNKED_TASK + FOLLOWING, version);
  const chunks = (text) => post('Transfer-Encoding: chunked\r\n', text);
  const extension = `;${'e'.repeat(65_536)}`;
  const lists = Array.from({ length: 95 }, (_, index) => `X-${index}: 1\r\n`).join('');

  const requests = {
    raw_cl_te: post('Content-Length: 13\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n'),
    raw_dup_cl_differ: lengths(13, 5),
    raw_dup_cl_same: lengths(13, 13),
    raw_cl_list: lengths('13, 13'),
    raw_cl_plus: lengths('+13'),
    raw_cl_neg: lengths('-1'),
    raw_cl_hex: lengths('0x0d'),
    raw_cl_overflow: lengths('99999999999999999999999'),
    raw_cl_space: lengths('1 3'),
    raw_te_xchunked: coding('Transfer-Encoding: xchunked\r\n'),
    raw_te_chunked_identity: coding('Transfer-Encoding: chunked, identity\r\n'),
    raw_te_identity: coding('Transfer-Encoding: identity\r\n'),
    raw_te_vtab: coding('Transfer-Encoding: \x0bchunked\r\n'),
    raw_te_dup: coding('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'),
    raw_te_space_colon: coding('Transfer-Encoding : chunked\r\n'),
    raw_te_http10: coding('Transfer-Encoding: chunked\r\n', '1.0'),
    raw_chunk_overflow: chunks(`fffffffffffffffff\r\n${TASK}\r\n0\r\n\r\n${FOLLOWING}`),
    raw_chunk_0x: chunks(`0xd\r\n${TASK}\r\n0\r\n\r\n${FOLLOWING}`),
    raw_chunk_bare_lf: chunks(`d\n${TASK}\n0\n\n${FOLLOWING}`),
    raw_chunk_ext_64k: chunks(`d${extension}\r\n${TASK}\r\n0${extension}\r\n\r\n${FOLLOWING}`),
    raw_chunk_1_byte_flood: () => chunks(`${'1\r\na\r\n'.repeat(2_000_000)}0\r\n\r\n`),
    raw_obs_fold: `GET ${tasks} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n ${token}\r\n\r\n${FOLLOWING}`,
    raw_bare_lf_line: get().replaceAll('\r\n', '\n'),
    raw_bare_cr: get('X-A: a\rb\r\n') + FOLLOWING,
    raw_nul_header: get('X-A: a\0b\r\n') + FOLLOWING,
    raw_no_host: `GET ${tasks} HTTP/1.1\r\n${auth}\r\n${FOLLOWING}`,
    raw_two_hosts: get('Host: b\r\n') + FOLLOWING,
    raw_bad_host: get().replace('Host: a', 'Host: a@b/\\\\'),
    raw_http_0_9: `GET ${tasks}\r\n`,
    raw_http_1_2: get('', `GET ${tasks} HTTP/1.2`),
    raw_h2_preface: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    raw_tls_hello: Buffer.from(CLIENT_HELLO, 'hex').toString('latin1'),
    raw_space_in_target: get('', 'GET /a b HTTP/1.1') + FOLLOWING,
    raw_raw_utf8_target: get('', 'GET /api/\xc3\xa9 HTTP/1.1') + FOLLOWING,
    raw_hdr_64k: `GET ${tasks} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${'t'.repeat(65_536)}\r\n\r\n`,
    raw_hdr_128k: get(`X-A: ${'a'.repeat(131_072)}\r\n`),
    raw_hdr_count_97: get(lists),
    raw_uri_70k: get('', `GET /${'a'.repeat(71_680)} HTTP/1.1`),
    raw_pipeline_error_then_ok: `GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n${get()}`,
    raw_get_with_body: get('Content-Length: 5\r\n') + 'hello' + get(),
    raw_early_413_keepalive: post('Content-Length: 204800\r\n', FOLLOWING.repeat(7000).slice(0, 204_800)) + get(),
    raw_upgrade_h2c: get('Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'),
  };
  const text = typeof requests[name] === 'function' ? requests[name]() : requests[name];
  return text === undefined ? undefined : Buffer.from(text, 'latin1');
}
