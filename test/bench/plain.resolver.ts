import type { RowDataPacket } from 'mysql2';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { DAY_MS } from '../../src/core/credit/calendar';
import { ProductEnum } from '../../src/graphql/enums';
import { CreditReportInput } from '../../src/graphql/input.types';
import { CreditAccountType, CreditReportType, MonthlySummaryType } from '../../src/graphql/report.types';
import {
  monthsOf,
  type PersonRows,
  type ReadPerson,
  toAccountAnswer,
  toIdentityAnswer,
  toMonthAnswer,
  toSummaryAnswer,
} from './plain-report';
import { DATA_LIFE_DAYS } from './settings';

export interface PlainContext {
  readonly read: ReadPerson;
  readonly requestId: string;
}
interface PlainReport {
  readonly rows: PersonRows;
}
interface PlainAccount {
  readonly rows: PersonRows;
  readonly row: RowDataPacket;
}

/** The gateway's own object types, resolved from rows without asking anybody. */
@Resolver(() => CreditReportType)
export class CreditReportResolver {
  @Query(() => CreditReportType, { nullable: true })
  async creditReport(@Arg('input', () => CreditReportInput) input: CreditReportInput, @Ctx() context: PlainContext) {
    const { idType, idNumber, fullName } = input.borrower;
    if (idType === 'PLATFORM_CUSTOMER_ID') throw new Error('The bench asks by document');
    const rows = await context.read({ idType, idNumber, fullName: fullName ?? '' });
    if (!rows) return null;
    const nowMs = Date.now();
    return {
      reportId: context.requestId,
      decidedAt: nowMs,
      purpose: input.purpose,
      completeness: 'NOT_ASSERTED',
      eraseBy: nowMs + DATA_LIFE_DAYS * DAY_MS,
      identity: toIdentityAnswer(rows),
      summary: toSummaryAnswer(rows),
      rows,
    };
  }

  @FieldResolver(() => [CreditAccountType], { nullable: true })
  accounts(
    @Root() { rows }: PlainReport,
    @Arg('product', () => ProductEnum, { nullable: true }) product: keyof typeof ProductEnum | null | undefined,
  ) {
    const shown = product ? rows.accounts.filter((row) => row['product'] === product) : rows.accounts;
    return shown.map((row) => ({ ...toAccountAnswer(row), rows, row }));
  }
}

@Resolver(() => CreditAccountType)
export class CreditAccountResolver {
  @FieldResolver(() => [MonthlySummaryType], { nullable: true })
  monthlySummaries(@Root() { rows, row }: PlainAccount, @Arg('months', () => Int, { defaultValue: 24 }) months: number) {
    return monthsOf(rows, row, months).map(toMonthAnswer);
  }
}
