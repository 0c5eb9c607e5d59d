/** What came of each case, and the lines that say so. */
export class Report {
  constructor() {
    this.passed = 0;
    this.failed = 0;
    this.skipped = 0;
    this.answers = {};
  }

  /** `failures` are sentences; none means that the case passed. */
  add(name, { expected, reason, got, failures, excerpt }) {
    this.answers[name] = got;
    if (failures.length === 0) {
      this.passed += 1;
      return;
    }
    this.failed += 1;
    const because = reason ? ` (${reason})` : '';
    const wanted = expected ? `expected ${expected.join(' or ')}${because}, got ${got ?? 'no answer'}; ` : '';
    const body = excerpt ? `; body: ${JSON.stringify(excerpt.slice(0, 160))}` : '';
    console.log(`FAIL ${name}: ${wanted}${[...new Set(failures)].join('; ')}${body}`);
  }

  skip(name, reason) {
    this.skipped += 1;
    console.log(`SKIP ${name}: ${reason}`);
  }

  note(text) {
    console.log(`note: ${text}`);
  }

  /** Prints the last line; the exit code of the program. */
  close() {
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
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
