// Callbacks and History.

export { Callback, type CallbackHooks, type FitParams, type Logs, type Progress } from './callback.js';
export { History } from './history.js';
