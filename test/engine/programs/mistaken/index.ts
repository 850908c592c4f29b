interface Room {
  name: string;
}

const rooms: Room[] = [];

export const first = rooms[0]!.name;
