import { GatewayError } from '../errors';

/**
 * A value is sealed with a version of its borrower's key that is not among those at hand: the keys were read before they were
 * replaced, or the value before. Whoever reads both anew finds them alike.
 */
export class UnknownKeyVersion extends GatewayError {
  constructor(what: string) {
    super('SERVICE_UNAVAILABLE', `${what} is of another key version than those at hand.`, { retryAfterSeconds: 1 });
  }
}
