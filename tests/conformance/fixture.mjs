import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { request, targetOf } from './wire.mjs';

const RUN = randomBytes(4).toString('hex');
const JSON_BODY = [['Content-Type', 'application/json']];

const base64url = (value) => Buffer.from(value).toString('base64url');

/** The service under test, from the environment. */
export function serviceFromEnvironment() {
  const { TASKNOOK_URL, TASKNOOK_SECRET, TASKNOOK_ISSUER, TASKNOOK_AUDIENCE, TASKNOOK_BODY_LIMIT } = process.env;
  if (!TASKNOOK_URL || !TASKNOOK_SECRET) {
    console.log('TASKNOOK_URL and TASKNOOK_SECRET are required: the address and the secret of the service under test');
    process.exit(2);
  }
  return {
    target: targetOf(TASKNOOK_URL),
    secret: TASKNOOK_SECRET,
    issuer: TASKNOOK_ISSUER,
    audience: TASKNOOK_AUDIENCE,
    bodyLimit: Number(TASKNOOK_BODY_LIMIT ?? 65_536),
  };
}

function mint(service, subject) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, iss: service.issuer, aud: service.audience, iat: now, exp: now + 600 };
  const message = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(claims))}`;
  return `${message}.${createHmac('sha256', service.secret).update(message).digest('base64url')}`;
}

/** A user with tasks. */
export class User {
  constructor(service, id) {
    this.service = service;
    this.id = id;
    this.token = mint(service, id);
    const mount = process.env.TASKNOOK_MOUNT === 'token' ? '/api' : `/api/${id}`;
    this.tasks = `${mount}/tasks`;
    this.lists = `${mount}/lists`;
  }

  get bearer() {
    return ['Authorization', `Bearer ${this.token}`];
  }

  send(method, path, { headers = [], body } = {}) {
    return request(this.service.target, { method, path, headers: [this.bearer, ...headers], body });
  }

  /** Sends a JSON text, or the JSON text of a value. */
  sendJson(method, path, value, headers = []) {
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return this.send(method, path, { headers: [...JSON_BODY, ...headers], body });
  }

  async add(task) {
    const response = await this.sendJson('POST', this.tasks, task);
    if (response?.status !== 201) throw new Error(`no task could be made: ${response?.status} ${response?.text}`);
    return response;
  }

  async addList(list) {
    const response = await this.sendJson('POST', this.lists, list);
    if (response?.status !== 201) throw new Error(`no list could be made: ${response?.status} ${response?.text}`);
    return response;
  }

  /** The position of the last change. */
  async position() {
    const page = await this.send('GET', `${this.tasks}/changes`);
    const position = page.json?.next;
    if (!position) throw new Error('a page of changes has no next');
    return position;
  }

  async list(query = '') {
    const response = await this.send('GET', this.tasks + query);
    if (response?.status !== 200) throw new Error(`no list: ${response?.status} ${response?.text}`);
    return response.json;
  }
}

/** Two users of one case, each with a task. No other case has them, so cases can run at the same time. */
export class Fixture {
  static async of(service, name) {
    const fixture = new Fixture();
    fixture.service = service;
    fixture.a = new User(service, `a-${RUN}-${name}`);
    fixture.b = new User(service, `b-${RUN}-${name}`);
    const [mine, theirs] = await Promise.all([
      fixture.a.add({ title: 'alpha', description: 'first' }),
      fixture.b.add({ title: 'bravo', description: 'theirs' }),
    ]);
    fixture.task = mine.json;
    fixture.etag = mine.header('ETag');
    fixture.theirTask = theirs.json;
    fixture.neverExisted = randomUUID();
    return fixture;
  }

  /** Gives both users a list, and the first one a task in it. */
  async addLists() {
    const [mine, theirs] = await Promise.all([this.a.addList({ name: 'häuslich' }), this.b.addList({ name: 'theirs' })]);
    this.list = mine.json;
    this.etagOfList = mine.header('ETag');
    this.theirList = theirs.json;
    this.listed = (await this.a.add({ title: 'charlie', list_id: this.list.id })).json;
  }

  get itemPath() {
    return `${this.a.tasks}/${this.task.id}`;
  }

  get theirPath() {
    return `${this.a.tasks}/${this.theirTask.id}`;
  }

  get missingPath() {
    return `${this.a.tasks}/${this.neverExisted}`;
  }

  /** The rows of both, as text. */
  async rows() {
    const [a, b] = await Promise.all([this.a.list(), this.b.list()]);
    return { a: JSON.stringify(a), b: JSON.stringify(b) };
  }
}
