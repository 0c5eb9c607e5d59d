// Documents in the three classes of public JSON parsing suites: not JSON, JSON, and what the RFC leaves to the parser.

const bytes = (...values) => Buffer.from(values);
const nested = (open, depth, close = '') => Buffer.from(open.repeat(depth) + close.repeat(depth));
const documents = (list) => list.map((item) => (typeof item === 'string' ? Buffer.from(item) : item));

/** Not JSON: rejected as not parseable. */
export const NOT_JSON = documents([
  '', ' ', '\t\n', ',', ':', '[', ']', '{', '}', '[1', '[1,', '[1,]', '[,1]', '[1,,2]', '[1 2]', '[1]]', '[[1]', '["a"',
  '["a",', '[1:2]', '["x"] ]', '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}', '{"a":1,,"b":2}', '{"a" "b"}', '{"a":"b"',
  '{"a":"b"}}', '{"a":1}#', '{"a":1}//', '{"a":/*x*/1}', '{a:1}', "{'a':1}", '{1:1}', '{"a":1;"b":2}', '{"a"::1}',
  '{"a":1 "b":2}', '{"title":"x"', '{"title":"x"}]', '{[]:1}', 'nul', 'nulll', 'True', 'TRUE', 'tru', 'fals',
  'undefined', 'NaN', 'Infinity', '-Infinity', '+1', '-', '01', '-01', '1.', '.5', '-.5', '1e', '1e+', '1E-', '1.e1',
  '1..2', '0x1F', '1_000', '1 000', '--1', '1+1', '２', '"', '"a', '"\\', '"\\"', '"\\x41"', '"\\u12"', '"\\u00G0"',
  '"\\U0041"', '"\\ "', "'a'", '`a`', '"a\nb"', '"a\tb"', '"a\u0000b"', '"\u001f"', '"a" "b"', '[“a”]', '\u00a0[]',
  '\u2028[]', '\ufeff[1]', '<a/>', '%7B%7D', '{"title":"x"}\u0000', '\u000c[]', '*', '#', '[\\n]', '["\\uD834\\u"]',
  '[1e1.5]', '{"a":truex}', bytes(0xff), bytes(0xfe, 0xff, 0, 0x5b), bytes(0x22, 0x80, 0x22, 0x5d),
  bytes(0x5b, 0xe5, 0x5d), bytes(0x22, 0xc0, 0x22, 0x7d), nested('[', 50_000), nested('{"a":', 9_000),
  nested('[{"":', 8_000),
]);

/** JSON, but no task: parsed, then rejected for its content. */
export const NO_TASK = documents([
  'null', 'true', 'false', '0', '-0', '1', '-1', '1.5', '1e2', '1E+2', '1e-2', '123456789012', '""', '" "', '"x"',
  '"\\""', '"\\\\\\/\\b\\f\\n\\r\\t"', '"\\u0041"', '"\\uD83D\\uDE80"', '"🚀"', '"\u2028\u2029"', '"\u007f"',
  '"\\u0000"', '"\ufeff"', '"\uffff"', '[]', '[[]]', '[1]', '["title"]', '[null]', '[{}]', '[[[[[[[[]]]]]]]]',
  '[1,null,"x",{}]', ' [] ', '\r\n\t []\n', '{}', ' { } ', '{"":0}', '{"a":1}', '{"a":{"b":{"c":[]}}}', '{"a":null}',
  '{"Title":"x"}', '{"TITLE":"x"}', '{"titles":"x"}', '{"title":null}', '{"title":1}', '{"title":true}',
  '{"title":["x"]}', '{"title":{}}', '{"title":""}', '{"title":"\\t\\n"}', '{"title":"x","description":1}',
  '{"title":"x","description":["y"]}', '{"title":"x","completed":"yes"}', '{"title":"x","completed":1}',
  '{"title":"x","completed":[]}', '{"\\u0074itle":7}',
]);

/** JSON, and a task, with or without further members. */
export const A_TASK = documents([
  '{"title":"x"}', ' {"title" : "x"} \n', '{"\\u0074itle":"x"}', '{"title":"\\u0078"}',
  '{"title":"x","a":{"b":[1,{"c":null}]}}', '{"title":"x","":1}',
  '{"title":"x","a":1e2,"b":-0.0,"c":123456789012345678901234567890}', '{"a":[],"title":"x"}',
  '{"title":"x","description":null}', '{"title":"x","description":""}', '{"title":"x","description":"\\uD83D\\uDE80"}',
  '{"title":"x","completed":true}', '{"title":"x","is_completed":true}', '{"title":"\\"\\\\\\/"}',
  '{"title":"x","id":7}',
]);

/** What the RFC leaves open: accepted or rejected, never a failure of the service. */
export const EITHER = documents([
  '{"title":"x","n":1e9999}', '{"title":"x","n":-1e9999}', '{"title":"x","n":1e-9999}',
  `{"title":"x","n":1${'0'.repeat(400)}}`, `{"title":"x","n":0.${'0'.repeat(400)}1}`,
  '{"title":"x","n":18446744073709551616}', '{"title":"x","a":1,"a":2}', '{"title":"x","title":"x"}',
  '{"title":"\\uD800"}', '{"title":"\\uDC00"}', '{"title":"\\uD800\\uD800"}', '{"title":"\\uD800x"}',
  '{"title":"\\uDC00\\uD800"}', '{"title":"x","a":"\\uD888"}', '{"title":"\\uFDD0"}', '{"title":"\\uDBFF\\uDFFE"}',
  '"\\uD800"', '\ufeff{}', '\ufeff{"title":"x"}', '{"title":"\\u202e"}', '{"title":"\\u200b"}',
  '{"title":"x","\\u0000":1}', '{"title":"x","completed":null}', bytes(0xff, 0xfe, 0x7b, 0, 0x7d, 0),
  bytes(0x5b, 0x22, 0xff, 0x22, 0x5d), bytes(0x22, 0xed, 0xa0, 0x80, 0x22), bytes(0x22, 0xf4, 0xbf, 0xbf, 0xbf, 0x22),
  bytes(0x22, 0xc0, 0x80, 0x22), bytes(0x22, 0xfc, 0x83, 0xbf, 0xbf, 0xbf, 0xbf, 0x22),
  bytes(0x22, 0xe6, 0x97, 0xa5, 0xff, 0x22), Buffer.from(`{"title":"x","y":${'['.repeat(200)}${']'.repeat(200)}}`),
  nested('[', 500, ']'), Buffer.from(`{"title":"x","y":${'{"a":'.repeat(129)}0${'}'.repeat(129)}}`),
  nested('[', 20_000, ']'),
]);
