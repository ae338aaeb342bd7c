import { badInput } from '../core/errors';

/** Runs a command: what fails is said in one line, with exit code 2. */
export async function runCommand(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    console.error(toAdvice(error));
    process.exitCode = 2;
  }
}

/** What to do about the usual faults of a database server; else the error's own words. */
export function toAdvice(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ER_BAD_DB_ERROR') return `${String(message)}; create it first: CREATE DATABASE name CHARACTER SET utf8mb4`;
  if (code === 'ECONNREFUSED') return 'No database server answers there; start it, or correct DATABASE_URL.';
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** @throws GatewayError BAD_USER_INPUT for what is no whole number in these bounds. */
export function toWholeNumber(option: string, text: string, from: number, to: number): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (number >= from && number <= to) return number;
  throw badInput(option, `--${option} must be a whole number from ${String(from)} to ${String(to)}.`);
}
