import { describe, expect, it, vi } from 'vitest';
import {
  countOf,
  duration,
  figure,
  figures,
  median,
  megabytes,
  thousands,
  timeLeft,
} from '../../src/cli/format.js';
import { barLine, ProgressBar } from '../../src/cli/progress-bar.js';
import { KeptOutput } from './surroundings.js';

describe('numbers as people read them', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [60000.4, '60,000'],
    [1234567, '1,234,567'],
  ])('thousands: %d is %s', (value, text) => {
    expect(thousands(value)).toBe(text);
  });

  it.each([
    [0.4, '0.4 ms'],
    [85, '85 ms'],
    [99.4, '99 ms'],
    [99.6, '0.10 s'],
    [620, '0.62 s'],
    [9994, '9.99 s'],
    [9996, '10.0 s'],
    [59_900, '59.9 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [3_720_000, '1 h 02 min'],
  ])('a duration of %d ms is %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it('counts, figures, sizes and medians', () => {
    expect([countOf(1, 'image'), countOf(0, 'image'), countOf(2345, 'update')]).toEqual([
      '1 image',
      '0 images',
      '2,345 updates',
    ]);
    expect([0, 0.25, 1e-3, 9.5e-4, -1e-4, 1e6, NaN].map(figure)).toEqual([
      '0.0000',
      '0.2500',
      '0.0010',
      '9.50e-4',
      '-1.00e-4',
      '1.00e+6',
      'NaN',
    ]);
    expect(figures({ loss: 0.25, acc: 0.93 })).toBe('loss 0.2500  acc 0.9300');
    expect([0, 0.2, 59.1, 125, 3725].map(timeLeft)).toEqual(['0 s', '1 s', '1:00', '2:05', '1:02:05']);
    expect(megabytes(11_594_722)).toBe('11.6 MB');
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});

describe('a progress bar', () => {
  it('is one line that fits the terminal, without its last column', () => {
    expect(barLine('epoch 1/5', 0.5, 'loss 0.2500', 80)).toBe(
      'epoch 1/5 [===============>..............] loss 0.2500',
    );
    expect(barLine('epoch 1/5', 0, '', 80)).toContain('[>.............................] ');
    expect(barLine('epoch 1/5', 1, '', 80)).toContain(`[${'='.repeat(30)}] `);
    for (let columns = 0; columns < 100; columns++) {
      const line = barLine('epoch 1/5', 0.3, 'loss 0.2500  80,000 samples/s  12.3 s left', columns);
      expect(line.length).toBeLessThanOrEqual(Math.max(columns - 1, 0));
    }
    expect(barLine('epoch 1/5', 0.3, 'loss 0.2500', 40)).toBe('epoch 1/5 [====>..........] loss 0.2500');
    expect(barLine('epoch 1/5', 0.3, 'loss 0.2500', 32)).toBe('epoch 1/5  30% loss 0.2500');
  });

  it('never leaves its limits', () => {
    expect(barLine('x', -1, '', 80)).toBe(barLine('x', 0, '', 80));
    expect(barLine('x', 7, '', 80)).toBe(barLine('x', 1, '', 80));
  });

  it('draws over itself, not too often, and wipes itself out', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    try {
      const output = new KeptOutput(true, 80);
      const bar = new ProgressBar(output);
      bar.update('epoch 1/5', 0.1, 'a');
      clock.mockReturnValue(20);
      bar.update('epoch 1/5', 0.2, 'b');
      clock.mockReturnValue(60);
      bar.update('epoch 1/5', 0.3, 'c');
      const drawn = output.text.split('\r').slice(1);
      expect(drawn).toHaveLength(2);
      expect(drawn[1]).toMatch(/\] c\u001b\[K$/);
      bar.clear();
      bar.clear();
      expect(output.text.endsWith('c\u001b[K\r\u001b[K')).toBe(true);
    } finally {
      clock.mockRestore();
    }
  });

  it('draws nothing where there is no terminal', () => {
    const output = new KeptOutput(false);
    const bar = new ProgressBar(output);
    bar.update('epoch 1/5', 0.1, 'a');
    bar.clear();
    expect(output.text).toBe('');
  });
});
