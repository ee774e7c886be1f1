// Ends a test run with every skipped test and its reason, and one plain line: `N passed, N failed, N skipped`. The
// line is also left in a file, where .ci/run finds it. A file that does not load and an error outside any test count
// as one failure each.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';

const summaryFile = fileURLToPath(
  new URL('../../node_modules/.cache/hebb/test-summary.txt', import.meta.url),
);

export default class SummaryReporter implements Reporter {
  onTestRunStart(): void {
    if (!process.env.HEBB_NO_SUMMARY) rmSync(summaryFile, { force: true });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        count[result.state]++;
        if (result.state === 'skipped') {
          skipped.push(
            `${module.relativeModuleId}: ${test.fullName}${result.note ? ` (${result.note})` : ''}`,
          );
        }
      }
    }
    // A test that never ended did not pass.
    const failed = count.failed + count.pending;
    for (const name of skipped) console.log(`skipped: ${name}`);
    const line = `${count.passed} passed, ${failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`;
    console.log(line);
    // Further runs (of deliberate faults, on another backend) leave the result of the first alone.
    if (process.env.HEBB_NO_SUMMARY) return;
    mkdirSync(dirname(summaryFile), { recursive: true });
    writeFileSync(summaryFile, `${line}\n`);
  }
}
