// A chapter that keeps what an example tells, for tests.

/** What an example is given, and what it has told. */
export class KeptChapter {
  readonly sections: string[] = [];
  readonly lines: string[] = [];

  constructor(readonly quick: boolean) {}

  readonly print = Object.assign((line: string): void => void this.lines.push(line), {
    time: (): void => undefined,
  });

  readonly section = (id: string, title: string, explanation: string): void => {
    this.sections.push(id);
    if (title === '' || explanation.trim() === '') throw new Error(`section ${id} explains nothing`);
  };
}
