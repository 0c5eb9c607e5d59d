import { buildToken, goodToken } from './token-builder.mjs';
import { bearerRequest } from './credentials.mjs';
import { request } from './wire.mjs';

const JSON_TYPE = ['Content-Type', 'application/json'];

/** The rows of two users that the tokens of the cases must not reach. */
export class Rows {
  static async seed(target) {
    const rows = new Rows();
    rows.target = target;
    const made = [];
    for (const owner of ['user-a', 'user-b']) {
      const body = Buffer.from(JSON.stringify({ title: `canary of ${owner}` }));
      made.push(await request(target, bearerRequest(goodToken(owner), { method: 'POST', headers: [JSON_TYPE], body })));
    }
    if (made.some((response) => response?.status !== 201)) throw new Error(`no task could be made: ${made[0]?.text}`);
    rows.ofA = made[0].json;
    rows.before = await rows.now();
    return rows;
  }

  async now() {
    const list = (owner) => request(this.target, bearerRequest(goodToken(owner)));
    const lists = await Promise.all(['user-a', 'user-b'].map(list));
    return lists.map((response) => response?.text).join('\n');
  }

  /** Whether they are what they were. */
  async unchanged() {
    return await this.now() === this.before;
  }

  /** The token is of another user: no list, no task and no path of user-a's is accessible with it. */
  async hiddenFrom({ build }, response) {
    if (response.status !== 200) return [];
    const token = buildToken(build, Math.floor(Date.now() / 1000));
    const task = await request(this.target, bearerRequest(token, { path: `/api/tasks/${this.ofA.id}` }));
    const path = await request(this.target, bearerRequest(token, { path: '/api/user-a/tasks' }));
    const broken = response.text.includes(this.ofA.id) ? ['a row of user-a'] : [];
    if (task?.status !== 404) broken.push(`user-a's task gets ${task?.status}`);
    if (path?.status !== 403) broken.push(`user-a's path gets ${path?.status}`);
    return [...broken, ...await this.ownPath(token, build)];
  }

  /** The subject, percent-encoded, names the user's own path. */
  async ownPath(token, build) {
    const subject = build.claims.set.sub;
    const own = await request(this.target, bearerRequest(token, { path: `/api/${encodeURIComponent(subject)}/tasks` }));
    return own?.status === 200 ? [] : [`the own path gets ${own?.status}`];
  }

  onlyOfA(response) {
    const owners = new Set((response.json ?? []).map((task) => task.user_id));
    return owners.size === 1 && owners.has('user-a') ? [] : [`rows of ${[...owners].join(', ')}`];
  }
}
