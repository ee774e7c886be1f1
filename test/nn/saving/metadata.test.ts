// What users keep beside a model: saved with it, and there again after loading.

import { describe, expect, it } from 'vitest';
import type { ModelArtifacts } from '../../../src/io/handlers.js';
import { io, layers, loadLayersModel, sequential } from '../../../src/index.js';

describe('user-defined metadata', () => {
  it('comes back as it was, with names that would be changed in a config', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    const metadata = { classNames: ['Ankle boot', 'T-shirt'], scale_of: { mean: 1.5 } };
    const saved: ModelArtifacts[] = [];
    const handler = io.withSaveHandler((artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    });
    await model.save(handler);
    expect('userDefinedMetadata' in saved[0]).toBe(false);
    model.setUserDefinedMetadata(metadata);
    await model.save(handler);
    const [without, loaded] = await Promise.all(saved.map((a) => loadLayersModel(io.fromMemory(a))));
    expect(without.getUserDefinedMetadata()).toBeUndefined();
    expect(loaded.getUserDefinedMetadata()).toEqual(metadata);
  });
});
