import { spawn } from 'node:child_process';
import { targetOf } from './wire.mjs';

const START_MILLISECONDS = 15_000;
const STOP_MILLISECONDS = 3_000;
// These checks send more requests and rejected tokens than clients do.
const UNLIMITED = {
  TASKNOOK_LIMITS__REQUESTS_PER_SECOND: '0',
  TASKNOOK_LIMITS__FAILED_AUTHENTICATIONS_PER_SECOND: '0',
};
const OWN_SETTINGS = /^(?:TASKNOOK_|BETTER_AUTH_|DATABASE_URL$)/;

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A service process of this run, with everything that it logged. */
export class Service {
  constructor(child) {
    this.child = child;
    this.logLines = [];
  }

  /** Starts it on a free port; rejects when it ends, or the time is over, before it listens. */
  static async start(settings) {
    const inherited = Object.entries(process.env).filter(([name]) => !OWN_SETTINGS.test(name));
    const own = {
      TASKNOOK_SERVER__PORT: '0',
      TASKNOOK_SERVER__DRAIN_DELAY_SECONDS: '0',
      TASKNOOK_LOG__FORMAT: 'json',
      ...UNLIMITED,
      ...settings,
    };
    const env = { ...Object.fromEntries(inherited), ...own };
    const child = spawn(process.env.TASKNOOK_BIN, ['serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(child);
    const service = new Service(child);
    service.ended = new Promise((resolve) => {
      child.once('exit', (code) => resolve(code ?? 'a signal'));
      child.once('error', (error) => resolve(error.message));
    });
    service.ended.then(() => running.delete(child));
    service.target = targetOf(await service.address());
    return service;
  }

  address() {
    return new Promise((resolve, reject) => {
      const fail = (why) => {
        this.child.kill('SIGKILL');
        reject(new Error(`${why}: ${this.logLines.at(-1) ?? 'no log'}`));
      };
      const timer = setTimeout(() => fail('did not listen in time'), START_MILLISECONDS);
      this.ended.then((code) => fail(`ended with ${code} before it listened`)).finally(() => clearTimeout(timer));
      let rest = '';
      this.child.stderr.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          this.logLines.push(line);
          const address = addressIn(line);
          if (!address) continue;
          clearTimeout(timer);
          resolve(address);
        }
      });
    });
  }

  async stop() {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MILLISECONDS);
    await this.ended;
    clearTimeout(timer);
  }
}

function addressIn(line) {
  try {
    const event = JSON.parse(line);
    const address = event.address ?? event.fields?.address;
    return /^http:\/\/[^/]+:\d+/.test(address) ? address : null;
  } catch {
    return null;
  }
}

/** Whether the service fails to start with these settings. */
export async function failsToStart(settings) {
  try {
    const service = await Service.start(settings);
    await service.stop();
    return false;
  } catch (error) {
    return /^ended with [1-9]/.test(error.message);
  }
}
