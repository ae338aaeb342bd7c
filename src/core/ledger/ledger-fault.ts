/** Why a ledger, a checkpoint or a proof does not hold. */
export class LedgerFault extends Error {
  /** @param index - The first entry that is wrong; null: it is none of an entry. */
  constructor(
    readonly index: number | null,
    readonly reason: string,
  ) {
    super(index === null ? reason : `Entry ${String(index)}: ${reason}`);
    this.name = 'LedgerFault';
  }
}
