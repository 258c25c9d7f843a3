// The smallest ONNX model, one operation from x to y, written as the bytes of its protobuf messages.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

const elementTypes = { float32: 1, float16: 10, float64: 11 };

const number = (field, value) => [field << 3, value];
const bytes = (field, content) => {
  const data = typeof content === 'string' ? [...Buffer.from(content)] : content.flat();
  if (data.length > 127) throw new Error('longer than one byte can say');
  return [(field << 3) | 2, data.length, ...data];
};

/** An input or output of two dimensions of any size. */
function port(field, name, elementType) {
  const dimension = (symbol) => bytes(1, bytes(2, symbol));
  const shape = bytes(2, [dimension('n'), dimension('c')]);
  const type = bytes(1, [number(1, elementType), shape]);
  return bytes(field, [bytes(1, name), bytes(2, type)]);
}

/** The bytes of a model that applies `operation` to the last axis of x. */
export function model(operation, type) {
  const node = [bytes(1, 'x'), bytes(2, 'y'), bytes(4, operation)];
  const elementType = elementTypes[type];
  const graph = [
    bytes(1, node),
    bytes(2, 'g'),
    port(11, 'x', elementType),
    port(12, 'y', elementType),
  ];
  return Uint8Array.from([number(1, 8), bytes(8, number(2, 13)), bytes(7, graph)].flat());
}
