import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { lastCompletedMonth, toYearMonth } from '../core/credit/calendar';
import {
  provenanceOf,
  type ReleasedAccount,
  type ReleasedLoan,
  type ReleasedMonth,
  type ReleasedRecord,
  type ReleasedReport,
} from '../app/credit/released-report';
import type { FieldEntry } from '../core/credit/field-catalogue';
import { Access, Refuses } from './directives';
import { ProductEnum } from './enums';
import { CreditReportInput } from './input.types';
import { toIdentity } from './lookup';
import { isGiven, type PlannedField, plannedAt, planReport } from './plan';
import type { RequestContext } from './request-context';
import { CreditAccountType, CreditReportType, LoanType, MonthlySummaryType } from './report.types';

@Resolver(() => CreditReportType)
export class CreditReportResolver {
  @Access('BANK', 'CREDIT_REFERENCE_CENTRE')
  @Refuses('IDEMPOTENCY_MISMATCH')
  @Query(() => CreditReportType, {
    description: 'What the borrower allowed the caller to see for this purpose; one per operation.',
  })
  async creditReport(
    @Arg('input', () => CreditReportInput, { description: 'Who, for what.' }) input: CreditReportInput,
    @Ctx() { app, actor, gate }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ReleasedReport> {
    const plan = planReport(info, app.catalogue);
    const { asked, monthsBack, listsDisputes, loansFirst, product, hash } = plan;
    gate.plan = plan;
    gate.release = await app.door.open(actor, {
      identity: toIdentity(input.borrower, actor, 'input.borrower'),
      purpose: input.purpose,
      viewer: { kind: 'recipient', requestId: input.requestId },
      asked,
      monthsBack,
      listsDisputes,
      loansFirst,
      product,
      operationHash: hash,
    });
    return gate.release.report;
  }

  @FieldResolver(() => [CreditAccountType], {
    nullable: true,
    description: 'Asking by product reads CreditAccount.product: without that permission the list is null.',
  })
  accounts(
    @Root() report: ReleasedReport,
    @Arg('product', () => ProductEnum, { nullable: true, description: 'Only accounts of this product.' })
    product: keyof typeof ProductEnum | null | undefined,
    @Ctx() { app, gate }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): readonly ReleasedAccount[] | null {
    return listAccounts(report, product, { app, gate }, info);
  }
}

@Resolver(() => CreditAccountType)
export class CreditAccountResolver {
  @FieldResolver(() => [MonthlySummaryType], {
    nullable: true,
    description: 'Newest first; 1 to 60 months back from the as-of month.',
  })
  monthlySummaries(
    @Root() account: ReleasedAccount,
    @Arg('months', () => Int, { defaultValue: 24, description: 'How many months back.' }) months: number,
    @Ctx() { gate }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): readonly ReleasedMonth[] | null {
    return listMonths(account, months, { gate }, info);
  }

  @FieldResolver(() => [LoanType], {
    nullable: true,
    description: 'Newest first; first is 1 to 1,000. No cursor: a second page would be a second disclosure.',
  })
  loans(
    @Root() account: ReleasedAccount,
    @Arg('first', () => Int, { defaultValue: 100, description: 'How many at most.' }) first: number,
  ): readonly ReleasedLoan[] | null {
    return listLoans(account, first);
  }
}

/** The resolvers above as the schema runs them: type-graphql would make a promise of every argument, and so of every list. */
export const PLAIN_RESOLVERS: Readonly<Record<string, GraphQLFieldResolver<unknown, unknown>>> = {
  'CreditReport.accounts': (report, { product }, context, info) =>
    listAccounts(
      report as ReleasedReport,
      product as keyof typeof ProductEnum | null | undefined,
      context as RequestContext,
      info,
    ),
  'CreditAccount.monthlySummaries': (account, { months }, context, info) =>
    listMonths(account as ReleasedAccount, months as number, context as RequestContext, info),
  'CreditAccount.loans': (account, { first }) => listLoans(account as ReleasedAccount, first as number),
}; // parents and arguments are those of the fields declared above

function listAccounts(
  report: ReleasedReport,
  product: keyof typeof ProductEnum | null | undefined,
  { app, gate }: Pick<RequestContext, 'app' | 'gate'>,
  info: GraphQLResolveInfo,
): readonly ReleasedAccount[] | null {
  const planned = plannedHere(gate, info);
  const ofProduct = isGiven(product) ? report.accounts.filter(({ knownProduct }) => knownProduct === product) : report.accounts;
  const shown = ofProduct.filter((account) => isListed(account, planned));
  if (isGiven(product)) noteArgumentRead(shown, app.catalogue.load('CreditAccount.product'));
  return shown.length > 0 ? shown : null;
}

function listMonths(
  account: ReleasedAccount,
  months: number,
  { gate }: Pick<RequestContext, 'gate'>,
  info: GraphQLResolveInfo,
): readonly ReleasedMonth[] | null {
  const shown = listedMonths(account, months, plannedHere(gate, info));
  return shown.length > 0 ? shown : null;
}

function listLoans({ loans }: ReleasedAccount, first: number): readonly ReleasedLoan[] | null {
  return loans?.slice(0, first) ?? null;
}

function plannedHere(gate: RequestContext['gate'], info: GraphQLResolveInfo): PlannedField {
  if (!gate.plan) throw new Error('A report is resolved without a plan');
  return plannedAt(gate.plan, info.path);
}

/** An item without a released value of a field asked for would be an empty shell that tells of withheld records (U2). */
function isListed(account: ReleasedAccount, planned: PlannedField): boolean {
  return planned.selected.some((field) =>
    field.name === 'monthlySummaries'
      ? listedMonths(account, field.args['months'] as number, field).length > 0
      : hasValue(account, field),
  );
}

function listedMonths(account: ReleasedAccount, months: number, planned: PlannedField): readonly ReleasedMonth[] {
  const oldest = toYearMonth(lastCompletedMonth(account.asOf) - months + 1);
  return account.months.filter((month) => month.month >= oldest && planned.selected.some((field) => hasValue(month, field)));
}

function hasValue(record: ReleasedRecord, { entry, name }: PlannedField): boolean {
  return entry !== null && isGiven(record[name]);
}

/** Cutting the list told the product of each account shown: it counts as shown. */
function noteArgumentRead(shown: readonly ReleasedAccount[], entry: FieldEntry): void {
  for (const account of shown)
    for (const { tally } of provenanceOf(account)?.(entry) ?? []) tally[entry.id] = (tally[entry.id] ?? 0) + 1;
}
