import { describe, expect, it } from 'vitest';
import { Initializer, resolveInitializer } from '../../src/nn/initializers/index.js';
import { Layer, resolveLayer } from '../../src/nn/layers/index.js';
import { Loss, resolveLoss } from '../../src/nn/losses/index.js';
import { Metric, resolveMetric } from '../../src/nn/metrics/index.js';
import { Optimizer, resolveOptimizer, SGDOptimizer } from '../../src/nn/optimizers/index.js';
import { Regularizer, resolveRegularizer } from '../../src/nn/regularizers/index.js';
import { registerClass } from '../../src/nn/serialization.js';
import type { Registrable } from '../../src/nn/config/registry.js';
import { zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';

describe('registerClass', () => {
  class MyLayer extends Layer {
    static override readonly className: string = 'MyLayer';
    override call(x: Tensor): Tensor {
      return x;
    }
  }
  class MyInitializer extends Initializer {
    static override readonly className = 'MyInitializer';
    override apply(shape: readonly number[]): Tensor {
      return zeros(shape);
    }
  }
  class MyRegularizer extends Regularizer {
    static override readonly className = 'MyRegularizer';
    override apply(x: Tensor): Tensor {
      return x.sum();
    }
  }
  class MyLoss extends Loss {
    static override readonly className = 'MyLoss';
    override call(_t: Tensor, y: Tensor): Tensor {
      return y;
    }
  }
  class MyMetric extends Metric {
    static override readonly className = 'MyMetric';
    override update(): void {}
    override result(): Tensor {
      return zeros([], 'float64');
    }
  }
  class MyOptimizer extends SGDOptimizer {
    static override readonly className = 'MyOptimizer';
  }

  it('finds the family of a class', () => {
    const all: Registrable<unknown>[] = [
      MyLayer,
      MyInitializer,
      MyRegularizer,
      MyLoss,
      MyMetric,
      MyOptimizer,
    ];
    all.forEach(registerClass);
    expect(resolveLayer('my_layer')).toBeInstanceOf(MyLayer);
    expect(resolveInitializer('myInitializer')).toBeInstanceOf(MyInitializer);
    expect(resolveRegularizer('MyRegularizer')).toBeInstanceOf(MyRegularizer);
    expect(resolveLoss('myLoss')).toBeInstanceOf(MyLoss);
    expect(resolveMetric('myMetric')).toBeInstanceOf(MyMetric);
    expect(resolveOptimizer('myOptimizer')).toBeInstanceOf(MyOptimizer);
    expect(resolveOptimizer('myOptimizer')).toBeInstanceOf(Optimizer);
  });

  it('refuses what is of no family or has no name', () => {
    expect(() => registerClass(Map as unknown as Registrable<unknown>)).toThrow(
      'registerClass: expected a subclass of Layer, Initializer, Regularizer, Loss, Metric or Optimizer, got the function Map.',
    );
    class Nameless extends MyLayer {
      static override readonly className = '';
    }
    expect(() => registerClass(Nameless)).toThrow('registerClass: expected a class with a static className');
  });
});
