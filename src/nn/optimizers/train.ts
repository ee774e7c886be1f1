// tfjs' factories of optimizers, with arguments in its order.

import { AdadeltaOptimizer, AdagradOptimizer } from './adagrad.js';
import { AdamaxOptimizer, AdamOptimizer } from './adam.js';
import { RMSPropOptimizer } from './rmsprop.js';
import { MomentumOptimizer, SGDOptimizer } from './sgd.js';

/** Optimizers as tfjs' `train` makes them. */
export const train = {
  /** w' = w - learningRate * g. */
  sgd: (learningRate: number): SGDOptimizer => new SGDOptimizer({ learningRate }),

  /** Gradient descent with momentum. */
  momentum: (learningRate: number, momentum: number, useNesterov = false): MomentumOptimizer =>
    new MomentumOptimizer({ learningRate, momentum, useNesterov }),

  /**
   * RMSProp.
   * @param decay default 0.9
   * @param momentum default 0
   * @param epsilon default 1e-7
   * @param centered default false
   */
  rmsprop: (
    learningRate: number,
    decay?: number,
    momentum?: number,
    epsilon?: number | null,
    centered?: boolean,
  ): RMSPropOptimizer => new RMSPropOptimizer({ learningRate, decay, momentum, epsilon, centered }),

  /**
   * Adam.
   * @param learningRate default 0.001
   * @param beta1 default 0.9
   * @param beta2 default 0.999
   * @param epsilon default 1e-7
   */
  adam: (learningRate?: number, beta1?: number, beta2?: number, epsilon?: number | null): AdamOptimizer =>
    new AdamOptimizer({ learningRate, beta1, beta2, epsilon }),

  /**
   * Adamax.
   * @param learningRate default 0.002
   * @param beta1 default 0.9
   * @param beta2 default 0.999
   * @param epsilon default 1e-7
   * @param decay of the learning rate; default 0
   */
  adamax: (
    learningRate?: number,
    beta1?: number,
    beta2?: number,
    epsilon?: number | null,
    decay?: number,
  ): AdamaxOptimizer => new AdamaxOptimizer({ learningRate, beta1, beta2, epsilon, decay }),

  /**
   * Adagrad.
   * @param initialAccumulatorValue default 0.1
   */
  adagrad: (learningRate: number, initialAccumulatorValue?: number): AdagradOptimizer =>
    new AdagradOptimizer({ learningRate, initialAccumulatorValue }),

  /**
   * Adadelta.
   * @param learningRate default 0.001
   * @param rho default 0.95
   * @param epsilon default 1e-7
   */
  adadelta: (learningRate?: number, rho?: number, epsilon?: number | null): AdadeltaOptimizer =>
    new AdadeltaOptimizer({ learningRate, rho, epsilon }),
};
