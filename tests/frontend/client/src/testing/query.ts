import type { FieldError } from "../problem.ts";
import { invalid } from "./problem.ts";

/** Reads a value; undefined if it is invalid. */
type Read<Value> = (text: string) => Value | undefined;

/** The parameters of a query: a known one must be valid and have one value, others are ignored. */
export class Query {
  readonly #errors: FieldError[] = [];
  readonly #values: [name: string, value: string | undefined][];

  constructor(query: string) {
    this.#values = query.split("&").map((pair) => {
      const [name, ...value] = pair.split("=");
      return [decoded(name!) ?? "", decoded(value.join("="))];
    });
  }

  reject(name: string, msg: string, type: string): void {
    this.#errors.push({ loc: ["query", name], msg, type });
  }

  /** All values of a parameter. */
  all(name: string): string[] {
    const values = this.#values.filter(([known]) => known === name).map(([, value]) => value);
    if (values.includes(undefined)) this.reject(name, "must be UTF-8", "string_unicode");
    return values.filter((value) => value !== undefined);
  }

  /** The value of a parameter. Equal values are one. */
  take<Value>(name: string, msg: string, read: Read<Value>): Value | undefined {
    let taken: Value | undefined;
    for (const value of this.all(name).map(read)) {
      if (value === undefined) return void this.reject(name, msg, "value_error");
      if (taken !== undefined && JSON.stringify(value) !== JSON.stringify(taken)) {
        return void this.reject(name, "is repeated with another value", "repeated");
      }
      taken = value;
    }
    return taken;
  }

  /** The value of a parameter with several names. */
  takeOf<Value>(names: string[], msg: string, read: Read<Value>): Value | undefined {
    let taken: { name: string; value: Value } | undefined;
    for (const name of names) {
      const value = this.take(name, msg, read);
      if (value === undefined) continue;
      if (taken && JSON.stringify(taken.value) !== JSON.stringify(value)) this.reject(name, `contradicts ${taken.name}`, "contradiction");
      taken ??= { name, value };
    }
    return taken?.value;
  }

  /** Throws the errors, if there are any. */
  finish(): void {
    if (this.#errors.length) throw invalid(this.#errors);
  }
}

/** Percent-decoded text; undefined unless it is UTF-8. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " ").replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return undefined;
  }
}

export const boolean: Read<boolean> = (text) => ({ true: true, 1: true, false: false, 0: false })[text.toLowerCase()];

/** An integer of digits alone, from `min` to `max`. */
export const integer =
  (min: number, max: number): Read<number> =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined;
