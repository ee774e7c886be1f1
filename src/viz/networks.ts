// Networks as drawings of their neurons: circles in layers, weights as lines between them.

import { ArgumentError } from '../contract/errors.js';
import { commonOptions, type PictureOptions } from './charts.js';
import { documentOf, margin, px, textMark, titleHeight } from './documents.js';
import { pictureOf, type Picture } from './picture.js';
import { tableText } from './terminal.js';
import { faint, ink } from './theme.js';
import { checkOptions, label, matrix, numbers, type Matrix, type Numbers } from './values.js';

/** A column of neurons. */
export interface DiagramLayer {
  /** Stands below it. */
  name?: string;
  /** How many neurons, or the name of each. */
  neurons: number | readonly string[];
  /** What stands in the neurons: activations, gradients. */
  values?: Numbers;
}

/** For `networkDiagram`. */
export interface NetworkDiagramOptions extends PictureOptions {
  layers: readonly DiagramLayer[];
  /** Weights between a layer and the next, each of shape [neurons, neurons of the next]: colour and width of the lines. */
  weights?: readonly Matrix[];
  /** Draws only what is at these layers or leads to them, the rest faintly: for pictures of a pass. */
  highlight?: readonly number[];
  /** Whether lines lead from right to left with their arrows: gradients. Default: false. */
  backward?: boolean;
  /** Whether each line bears its number. Default: where there are at most 12 lines. */
  showWeights?: boolean;
}

/** Neurons of a layer drawn at the most; of larger layers, the first and last with dots between. */
const most = 12;

const below = '#0072B2';
const above = '#D55E00';

interface Column {
  readonly layer: DiagramLayer;
  readonly count: number;
  /** Neurons shown; -1 stands for those left out. */
  readonly shown: readonly number[];
  readonly values: readonly number[] | undefined;
}

function columnOf(layer: DiagramLayer, i: number): Column {
  checkOptions(`networkDiagram: layer ${i}`, layer, ['name', 'neurons', 'values']);
  const count = typeof layer.neurons === 'number' ? layer.neurons : layer.neurons.length;
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError(`networkDiagram: expected neurons of layer ${i} to be at least 1, got ${count}.`);
  }
  const values = layer.values && numbers(layer.values, `networkDiagram: values of layer ${i}`);
  if (values && values.length !== count) {
    throw new ArgumentError(`networkDiagram: layer ${i} has ${count} neurons and ${values.length} values.`);
  }
  const all = Array.from({ length: Math.min(count, most) }, (_, n) => n);
  const half = Math.floor(most / 2);
  const shown =
    count <= most
      ? all
      : [...all.slice(0, half), -1, ...all.slice(0, half - 1).map((n) => count - half + 1 + n)];
  return { layer, count, shown, values };
}

/**
 * Neurons in layers and the weights between them: orange above 0, blue below, the wider the larger.
 * @throws ArgumentError where weights or values are not as many as neurons
 */
export function networkDiagram(options: NetworkDiagramOptions): Promise<Picture> {
  return new Promise((resolve) => {
    resolve(draw(options));
  });
}

function draw(options: NetworkDiagramOptions): Picture {
  checkOptions('networkDiagram', options, [
    ...commonOptions,
    ...['layers', 'weights', 'highlight', 'backward', 'showWeights'],
  ]);
  const { title, subtitle, width = 600, backward = false } = options;
  const columns = options.layers.map(columnOf);
  if (columns.length < 2) {
    throw new ArgumentError(`networkDiagram: expected at least two layers, got ${columns.length}.`);
  }
  const weights = (options.weights ?? []).map((w, i) => {
    const rows = matrix(w, `networkDiagram: weights[${i}]`);
    const [from, to] = [columns[i]?.count, columns[i + 1]?.count];
    if (rows.length !== from || rows[0].length !== to) {
      throw new ArgumentError(
        `networkDiagram: expected weights[${i}] of shape [${from}, ${to}], got [${rows.length}, ${rows[0].length}].`,
      );
    }
    return rows;
  });
  const top = titleHeight(subtitle);
  const tallest = Math.max(...columns.map((c) => c.shown.length));
  const height = options.height ?? top + Math.max(180, 58 * tallest) + 40;
  const spacing = Math.min(86, (height - top - 40) / tallest);
  const radius = Math.max(8, Math.min(21, spacing * 0.36));
  const names = columns[0].layer.neurons;
  const left =
    margin + radius + (typeof names === 'number' ? 20 : 10 + 7.2 * Math.max(...names.map((n) => n.length)));
  const last = columns[columns.length - 1].layer.neurons;
  const right =
    margin + radius + (typeof last === 'number' ? 20 : 10 + 7.2 * Math.max(...last.map((n) => n.length)));
  const x = (c: number): number => left + ((width - left - right) * c) / (columns.length - 1);
  const middle = top + (height - top - 30) / 2;
  const y = (c: number, slot: number): number =>
    middle + (slot - (columns[c].shown.length - 1) / 2) * spacing;
  const lit = (c: number): boolean => options.highlight === undefined || options.highlight.includes(c);

  const strongest = Math.max(1e-12, ...weights.flat(2).map((w) => (Number.isFinite(w) ? Math.abs(w) : 0)));
  const lines: string[] = [];
  const labels: string[] = [];
  for (let c = 0; c + 1 < columns.length; c++) {
    const [from, to] = [columns[c].shown, columns[c + 1].shown];
    const shining = lit(backward ? c : c + 1);
    const showWeights = options.showWeights ?? from.length * to.length <= 12;
    from.forEach((a, i) =>
      to.forEach((b, j) => {
        if (a < 0 || b < 0) return;
        const w = weights[c]?.[a]?.[b];
        const [x1, y1, x2, y2] = [x(c) + radius, y(c, i), x(c + 1) - radius, y(c + 1, j)];
        const color = w === undefined ? '#999999' : w < 0 ? below : above;
        const strength = w === undefined ? 0.25 : Math.abs(w) / strongest;
        lines.push(
          `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${color}" ` +
            `stroke-width="${px(0.6 + 3.4 * strength)}" stroke-opacity="${shining ? px(0.35 + 0.6 * strength) : 0.12}"/>`,
        );
        if (w === undefined || !showWeights) return;
        // At different heights along the lines, so that those of crossing lines do not meet.
        const share = 0.28 + 0.16 * (j % 2);
        const [lx, ly] = [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share];
        const text = label(Number(w.toPrecision(3)));
        labels.push(
          `<rect x="${px(lx - 3.4 * text.length - 2)}" y="${px(ly - 8)}" width="${px(6.8 * text.length + 4)}" height="14" rx="3" fill="#ffffff" fill-opacity="0.85"/>`,
          textMark(lx, ly + 3, text, { size: 10, color: shining ? color : '#bbbbbb' }),
        );
      }),
    );
  }
  const circles = columns.flatMap((column, c) => {
    const marks = column.shown.map((neuron, slot) => {
      const [cx, cy] = [x(c), y(c, slot)];
      if (neuron < 0) return textMark(cx, cy + 6, '⋮', { size: 20, color: faint });
      const value = column.values?.[neuron];
      const name = typeof column.layer.neurons === 'number' ? '' : column.layer.neurons[neuron];
      const edge = c === 0 ? textMark(cx - radius - 8, cy + 4, name, { anchor: 'end' }) : '';
      const after =
        c === columns.length - 1 ? textMark(cx + radius + 8, cy + 4, name, { anchor: 'start' }) : '';
      const inner =
        c > 0 && c < columns.length - 1 && name
          ? textMark(cx, cy - radius - 5, name, { size: 10, color: faint })
          : '';
      const figure = value === undefined ? '' : label(Number(value.toPrecision(2)));
      const text = textMark(cx, cy + 4, figure, {
        size: Math.min(11, radius * 0.6, (3 * radius) / Math.max(1, figure.length)),
        color: lit(c) ? ink : faint,
      });
      const shade = value === undefined || !lit(c) ? '#ffffff' : value < 0 ? '#cfe3f1' : '#fbe3d1';
      return (
        `<circle cx="${px(cx)}" cy="${px(cy)}" r="${px(radius)}" fill="${shade}" stroke="${lit(c) ? ink : '#bbbbbb'}" stroke-width="1.5"/>` +
        text +
        edge +
        after +
        inner
      );
    });
    const below_ = column.layer.name ?? '';
    return [...marks, textMark(x(c), height - 14, below_, { color: faint })];
  });
  const arrow =
    options.highlight === undefined
      ? ''
      : textMark(width - margin, 28, backward ? '← gradients' : 'activations →', {
          anchor: 'end',
          size: 13,
          color: backward ? below : above,
        });
  return pictureOf({
    width,
    height,
    svg: documentOf(width, height, title, subtitle, [...lines, ...labels, ...circles, arrow].join('')),
    title,
    text: () =>
      [
        tableText([
          ['layer', 'neurons', 'values'],
          ...columns.map(({ layer, count, values }, c) => [
            layer.name ?? String(c),
            String(count),
            values
              ? values
                  .slice(0, 6)
                  .map((v) => label(v))
                  .join(' ') + (count > 6 ? ' ...' : '')
              : '',
          ]),
        ]),
        ...weights.map(
          (w, i) =>
            `weights ${i} to ${i + 1}: ${w.length} x ${w[0].length}, largest ${label(Math.max(...w.flat().map(Math.abs)))}`,
        ),
      ].join('\n'),
  });
}
