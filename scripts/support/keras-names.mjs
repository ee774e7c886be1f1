// What Keras 3 has, by its own names, for the table of docs/coming-from-keras.md (Python: there is no package to ask).
// Each part names the object of Hebb's that should hold it. `others` are the names under which Hebb has a thing, where
// it is not Keras' in tfjs' spelling.

const words = (text) => text.trim().split(/\s+/);

export const kerasNames = [
  {
    part: 'layers',
    names: words(`
      Input InputLayer Dense EinsumDense Activation Embedding Masking Lambda Identity
      Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D
      Conv1DTranspose Conv2DTranspose Conv3DTranspose
      MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
      GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D
      LSTM GRU SimpleRNN RNN StackedRNNCells TimeDistributed Bidirectional ConvLSTM2D
      BatchNormalization LayerNormalization GroupNormalization UnitNormalization RMSNormalization SpectralNormalization
      Dropout SpatialDropout1D SpatialDropout2D GaussianDropout AlphaDropout GaussianNoise ActivityRegularization
      MultiHeadAttention GroupQueryAttention Attention AdditiveAttention
      Reshape Flatten RepeatVector Permute Cropping1D Cropping2D UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D
      Concatenate Average Maximum Minimum Add Subtract Multiply Dot
      ReLU Softmax LeakyReLU PReLU ELU
      Rescaling Resizing CenterCrop Normalization CategoryEncoding Discretization Hashing StringLookup IntegerLookup
      TextVectorization RandomFlip RandomRotation RandomZoom RandomTranslation RandomCrop RandomContrast`),
  },
  {
    part: 'optimizers',
    names: words('SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon'),
  },
  {
    part: 'losses',
    names: words(`
      BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy
      SparseCategoricalCrossentropy MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError
      MeanSquaredLogarithmicError CosineSimilarity Huber LogCosh Hinge SquaredHinge CategoricalHinge KLDivergence
      Poisson Tversky Dice CTC`),
  },
  {
    part: 'metrics',
    names: words(`
      Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy
      SparseTopKCategoricalAccuracy BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy
      MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError RootMeanSquaredError MeanSquaredLogarithmicError
      CosineSimilarity LogCoshError R2Score AUC Precision Recall PrecisionAtRecall F1Score FBetaScore IoU MeanIoU
      Mean Sum KLDivergence Poisson Hinge`),
  },
  {
    part: 'activations',
    names: words(`
      relu relu6 sigmoid softmax log_softmax softplus softsign tanh selu elu exponential leaky_relu silu gelu
      hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink tanh_shrink sparse_plus sparse_sigmoid squareplus
      threshold celu glu linear mish log_sigmoid`),
  },
  {
    part: 'initializers',
    names: words(`
      RandomNormal RandomUniform TruncatedNormal Zeros Ones GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal
      LecunUniform Orthogonal Constant VarianceScaling Identity STFT`),
  },
  { part: 'regularizers', names: words('L1 L2 L1L2 OrthogonalRegularizer') },
  { part: 'constraints', names: words('MaxNorm MinMaxNorm NonNeg UnitNorm') },
  {
    part: 'callbacks',
    names: words(`
      ModelCheckpoint BackupAndRestore EarlyStopping LearningRateScheduler ReduceLROnPlateau TerminateOnNaN
      LambdaCallback CSVLogger TensorBoard RemoteMonitor ProgbarLogger SwapEMAWeights`),
    others: {
      LambdaCallback: 'an object of hooks',
      TerminateOnNaN: "fit's `onNaN`",
      ProgbarLogger: "fit's `verbose`",
    },
  },
  {
    part: 'model',
    names: words(`
      compile fit evaluate predict train_on_batch test_on_batch predict_on_batch summary get_layer get_weights
      set_weights count_params save save_weights load_weights export to_json quantize add pop`),
  },
  {
    part: 'datasets',
    names: words('mnist fashion_mnist cifar10 cifar100 imdb reuters california_housing'),
  },
];
