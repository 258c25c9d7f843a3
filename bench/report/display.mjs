// How contenders are named and drawn.

/** Colours that people with colour blindness tell apart (Okabe and Ito), and a shape each. */
const looks = {
  avx512: { name: 'logits (avx512)', color: '#0072b2', symbol: 'circle' },
  avx2: { name: 'logits (avx2)', color: '#56b4e9', symbol: 'circle' },
  neon: { name: 'logits (neon)', color: '#0072b2', symbol: 'circle' },
  scalar: { name: 'logits (scalar)', color: '#8fa8b8', symbol: 'circle' },
  js: { name: 'JavaScript loop', color: '#e69f00', symbol: 'rect' },
  onnxruntime: { name: 'onnxruntime', color: '#b8559a', symbol: 'triangle' },
  tfjs: { name: 'TensorFlow.js', color: '#009e73', symbol: 'diamond' },
  pytorch: { name: 'PyTorch', color: '#d55e00', symbol: 'roundRect' },
  sum: { name: 'reading once', color: '#888888', symbol: 'none' },
  copy: { name: 'copying once', color: '#444444', symbol: 'none' },
};

export const floors = ['sum', 'copy'];
export const contenderOrder = Object.keys(looks);
export const lookOf = (contender) => looks[contender];
export const nameOf = (contender) => looks[contender].name;

/** The peers that the library is compared with. */
export const peers = ['js', 'onnxruntime', 'tfjs', 'pytorch'];

/** About three digits: 0.594, 9.57, 70.4, 1712. */
export function digits(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

/** A ratio in two digits: 0.87, 1.3, 45. */
export function times(value) {
  if (value >= 9.95) return value.toFixed(0);
  return value.toFixed(value >= 0.995 ? 1 : 2);
}

/** The spread from which a figure gets a '?'. */
const WIDE_SPREAD = 0.2;

export const isUncertain = ({ lower, median, upper }) => (upper - lower) / median > WIDE_SPREAD;

export const shapeText = ({ shape }) => shape.join(' x ');
