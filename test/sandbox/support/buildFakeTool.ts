import { ensureTool } from "../../../sandbox/tools";
import { FAKE_TOOL } from "./fakeGo";

// Started as a process of its own, to see two of them meet and one of them die.
void ensureTool(FAKE_TOOL, (line) => console.log(line)).then(({ source }) => console.log(`source ${source}`));
