import { ConfigError, type ConfigFault } from './config-error';

/** Reads variables and gathers faults, so that all of them are reported together. */
export class Environment {
  private readonly faults: ConfigFault[] = [];
  readonly production: boolean;

  constructor(private readonly variables: NodeJS.ProcessEnv) {
    const nodeEnv = this.find('NODE_ENV');
    this.production = nodeEnv === 'production';
    if (nodeEnv !== undefined && !['production', 'development', 'test'].includes(nodeEnv))
      this.fault('NODE_ENV', 'Set it to production, development or test, or leave it unset.');
  }

  /** The variable as it stands; undefined if unset or blank. */
  find(variable: string): string | undefined {
    const value = this.variables[variable];
    return value === undefined || value.trim() === '' ? undefined : value;
  }

  /** The variable, or its default outside production; in production it must be set. */
  findOrDefault(variable: string, fallback: string, advice: string): string {
    const value = this.find(variable);
    if (value === undefined && this.production) this.fault(variable, `It is required in production. ${advice}`);
    return value ?? fallback;
  }

  /** A whole number in decimal digits on [min, max]; the default if unset. */
  wholeNumber(variable: string, fallback: number, min: number, max: number): number {
    const value = this.find(variable);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    this.fault(variable, `Set it to a whole number from ${min} to ${max}.`);
    return fallback;
  }

  fault(variable: string, advice: string): void {
    this.faults.push({ variable, advice });
  }

  /** @throws ConfigError with all faults so far, if there is any. */
  assertFaultless(): void {
    if (this.faults.length > 0) throw new ConfigError(this.faults);
  }
}
