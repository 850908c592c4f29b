import type { BinaryReader } from "google-protobuf";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The numbers of the fields in `google/protobuf/struct.proto`, which never change. */
const ENTRY = 1;
const [KEY, VALUE] = [1, 2];
const [NULL, NUMBER, STRING, BOOL, STRUCT, LIST] = [1, 2, 3, 4, 5, 6];
const ITEM = 1;

type Plain = ReturnType<Struct["toJavaScript"]>[string];
type Fields = Record<string, Plain>;
interface Holder {
  value: Plain;
}

/**
 * Unpacks a message whose structs nobody asks for anything but their plain values: those are read straight from the bytes, and once,
 * in place of a message for every value of every field that is then read, and read again, field by field.
 */
export function withPlainStructs<Message>(unpack: () => Message): Message {
  const asMessages = Struct.deserializeBinaryFromReader;
  Struct.deserializeBinaryFromReader = (struct, reader) => {
    const fields: Fields = {};
    readStruct(fields, reader);
    struct.toJavaScript = () => fields;
    return struct;
  };
  try {
    return unpack();
  } finally {
    Struct.deserializeBinaryFromReader = asMessages;
  }
}

function readStruct(fields: Fields, reader: BinaryReader): void {
  eachField(reader, (field) => (field === ENTRY ? reader.readMessage(fields, readEntry) : reader.skipField()));
}

function readEntry(fields: Fields, reader: BinaryReader): void {
  const held: Holder = { value: null };
  let key = "";
  eachField(reader, (field) => {
    if (field === KEY) key = reader.readString();
    else if (field === VALUE) reader.readMessage(held, readValue);
    else reader.skipField();
  });
  fields[key] = held.value;
}

function readValue(held: Holder, reader: BinaryReader): void {
  eachField(reader, (field) => {
    if (field === NULL) held.value = (reader.readEnum(), null);
    else if (field === NUMBER) held.value = reader.readDouble();
    else if (field === STRING) held.value = reader.readString();
    else if (field === BOOL) held.value = reader.readBool();
    else if (field === STRUCT) reader.readMessage((held.value = {}), readStruct);
    else if (field === LIST) reader.readMessage((held.value = []), readList);
    else reader.skipField();
  });
}

function readList(items: Plain[], reader: BinaryReader): void {
  eachField(reader, (field) => {
    if (field !== ITEM) return reader.skipField();
    const held: Holder = { value: null };
    reader.readMessage(held, readValue);
    items.push(held.value);
  });
}

function eachField(reader: BinaryReader, read: (field: number) => void): void {
  while (reader.nextField() && !reader.isEndGroup()) read(reader.getFieldNumber());
}
