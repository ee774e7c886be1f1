// hebb/viz: pictures of what networks learn, as SVG, PNG or text. Its libraries are optional peer dependencies.

export { animate, beside, type AnimateOptions, type BesideOptions } from './animations.js';
export {
  lineChart,
  scatter,
  type Axis,
  type LineChartOptions,
  type PictureOptions,
  type ScatterOptions,
  type Series,
} from './charts.js';
export {
  contour,
  decisionBoundary,
  type ContourOptions,
  type DecisionBoundaryOptions,
  type Path,
} from './fields.js';
export {
  confusionMatrix,
  heatMap,
  imageGrid,
  weightImages,
  type ConfusionMatrixOptions,
  type HeatMapOptions,
  type ImageGridOptions,
  type WeightImagesOptions,
} from './images.js';
export { networkDiagram, type DiagramLayer, type NetworkDiagramOptions } from './networks.js';
export type { Picture, TextOptions } from './picture.js';
export { surface, type SurfaceOptions } from './surfaces.js';
export type { HeightField, Images, Matrix, Numbers, TensorLike } from './values.js';
