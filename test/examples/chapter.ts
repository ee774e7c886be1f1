// A chapter that keeps what an example tells, for tests.

import * as viz from '../../src/viz/index.js';

/** What an example is given, and what it has told. */
export class KeptChapter {
  readonly sections: string[] = [];
  readonly lines: string[] = [];

  constructor(readonly quick: boolean) {}

  readonly print = Object.assign((line: string): void => void this.lines.push(line), {
    time: (): void => undefined,
  });

  readonly pictures: string[] = [];

  readonly draw = async (
    name: string,
    make: (library: typeof viz) => Promise<viz.Picture>,
  ): Promise<void> => {
    const picture = await make(viz);
    if (!picture.svg().startsWith('<svg')) throw new Error(`picture ${name} is no SVG`);
    this.pictures.push(name);
  };

  readonly section = (id: string, title: string, explanation: string): void => {
    this.sections.push(id);
    if (title === '' || explanation.trim() === '') throw new Error(`section ${id} explains nothing`);
  };
}
