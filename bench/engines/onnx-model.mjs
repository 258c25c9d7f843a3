// A graph of one node as the bytes of an ONNX model.
import protobuf from 'protobufjs';

/** Of onnx.proto (github.com/onnx/onnx) what such a graph needs. */
const schema = protobuf
  .parse(
    `
  syntax = "proto3";
  message AttributeProto { string name = 1; int64 i = 3; bytes s = 4; int32 type = 20; }
  message NodeProto {
    repeated string input = 1; repeated string output = 2; string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message Dimension { int64 dim_value = 1; }
  message TensorShapeProto { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; TensorShapeProto shape = 2; }
  message TypeProto { TensorType tensor_type = 1; }
  message ValueInfoProto { string name = 1; TypeProto type = 2; }
  message TensorProto {
    repeated int64 dims = 1; int32 data_type = 2; repeated int64 int64_data = 7; string name = 8;
  }
  message GraphProto {
    repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
  }
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
  message ModelProto {
    int64 ir_version = 1; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
  }
`,
    { keepCase: true },
  )
  .root.lookupType('ModelProto');

const elementCodes = { float32: 1, int32: 6, int64: 7, float16: 10, float64: 11 };
const attributeTypes = { integer: 2, string: 3 };

function attribute([name, value]) {
  return typeof value === 'number'
    ? { name, i: value, type: attributeTypes.integer }
    : { name, s: Buffer.from(value), type: attributeTypes.string };
}

function valueInfo({ name, type, shape }) {
  const dim = shape.map((size) => ({ dim_value: size }));
  return { name, type: { tensor_type: { elem_type: elementCodes[type], shape: { dim } } } };
}

/**
 * @param {{
 *   operator: string,
 *   attributes: Record<string, number | string>,
 *   inputs: { name: string, type: string, shape: number[] }[],
 *   constants: { name: string, values: number[] }[],
 *   output: { name: string, type: string, shape: number[] },
 * }} node
 */
export function onnxModel({ operator, attributes, inputs, constants, output }) {
  const model = {
    ir_version: 8,
    opset_import: [{ domain: '', version: 18 }],
    graph: {
      name: operator,
      node: [
        {
          op_type: operator,
          input: [...inputs, ...constants].map(({ name }) => name),
          output: [output.name],
          attribute: Object.entries(attributes).map(attribute),
        },
      ],
      initializer: constants.map(({ name, values }) => ({
        name,
        dims: [values.length],
        data_type: elementCodes.int64,
        int64_data: values,
      })),
      input: inputs.map(valueInfo),
      output: [valueInfo(output)],
    },
  };
  return schema.encode(schema.fromObject(model)).finish();
}
