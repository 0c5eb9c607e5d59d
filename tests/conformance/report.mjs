/** The results of the cases: a line for each failure, and the counts. */
export class Report {
  constructor() {
    this.passed = 0;
    this.failed = 0;
    this.statuses = {};
  }

  /** `failures` are sentences; none means that the case passed. */
  add(name, { expected, reason, got, failures, excerpt }) {
    this.statuses[name] = got;
    if (failures.length === 0) {
      this.passed += 1;
      return;
    }
    this.failed += 1;
    const because = reason ? ` (${reason})` : '';
    const wanted = expected ? `expected ${expected.join(' or ')}${because}, got ${got ?? 'no response'}; ` : '';
    const body = excerpt ? `; body: ${JSON.stringify(excerpt.slice(0, 160))}` : '';
    console.log(`FAIL ${name}: ${wanted}${[...new Set(failures)].join('; ')}${body}`);
  }

  note(text) {
    console.log(`note: ${text}`);
  }

  /** Prints the last line; the exit code of the program. */
  close() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed ? 1 : 0;
  }
}

/** Runs the work for each item, at most `width` at a time. */
export async function eachConcurrently(items, width, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
