import { expect, test } from "vitest";
import { core, countryOf, forPeople, normalise, plausible } from "../src/gate/plate";

// The same cases as gate-core's own: page and gate write plates alike.
test("plates as people write them", () => {
  expect(normalise("24c-123.45")).toBe("24C12345");
  expect(normalise("云G·12345")).toBe("云G12345");
  expect(normalise("29-mđ1 234.56")).toBe("29MĐ123456");
  expect(normalise("ＡＢ１２")).toBe("AB12");
  expect(forPeople("24C12345", "vn")).toBe("24C-123.45");
  expect(forPeople("24C1234", "vn")).toBe("24C-1234");
  expect(forPeople("59P166480", "vn")).toBe("59P1-664.80");
  expect(forPeople("云G12345", "cn")).toBe("云G·12345");
  expect(forPeople("?", "cn")).toBe("?");
  expect(forPeople("24C12345", null)).toBe("24C12345");
});

test("what people read is the same plate", () => {
  for (const text of ["24C12345", "24C1234", "59P166480", "云G12345", "云AD12345", "TM1234"]) {
    for (const country of ["vn", "cn", null] as const) expect(normalise(forPeople(text, country))).toBe(text);
  }
});

test("what is declared and what is read are compared without the province", () => {
  expect(core("云G·12345")).toBe("G12345");
  expect(core("G12345")).toBe("G12345");
  expect(core("24C-123.45")).toBe("24C12345");
});

test("a text that is no plate is not sent", () => {
  for (const good of ["24C-123.45", "云G·12345", "G12345", "TM1234", "云G1234挂", "29MĐ12345"])
    expect(plausible(good)).toBe(true);
  for (const bad of ["", "24", "ABCDEF", "24C-123.45.678.9", "24C;DROP1", "<b>1234"])
    expect(plausible(bad)).toBe(false);
});

test("a text tells its country only where it can", () => {
  expect(countryOf("云G12345")).toBe("cn");
  expect(countryOf("24C12345")).toBe("vn");
  expect(countryOf("G12345")).toBeNull();
});
