/** How approved jobs kept to their standards: by person, station, standard or job; which rules were broken most; what is owed for it. */
import { useEffect, useState } from 'preact/hooks';
import { conformityFile, conformityReport, type Group, type Owed, type Report, type RuleSums, type Sums } from '../../../state/console/conformity';
import { language, pick } from '../../i18n/catalogue';
import { calendarDay } from '../../i18n/format';
import { Icon } from '../../parts/icon';
import { Chip } from '../../parts/notice';
import { restate, search } from '../navigation';
import { jobAddress } from '../route';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { Bar } from './bar';
import { FilterBar } from './filters';
import { reasonsOf } from './reasons';
import { PARTS, percentOf } from './shares';
import { filtersOf, membersOf, problemOf, wantedOf, type Filters } from './wanted';
import { say } from './words';
import '../styles/conformity.css';

export function ConformityPage() {
  const filters = filtersOf(search.value, new Date());
  const { shown, failure, loading, again } = useReport(filters);
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
  });
  const isWrong = problemOf(filters) !== null;
  return (
    <main class="page conformity" id="content" tabIndex={-1} data-testid="conformity">
      <div class="page-head">
        <div>
          <h1>{say('title')}</h1>
          <p class="quiet small">{say('lead')}</p>
        </div>
        {!isWrong && (
          <a class="button plain" href={conformityFile(wantedOf(filters, new Date()), language.value)} download data-testid="export">
            <Icon name="share" /> {say('export')}
          </a>
        )}
      </div>
      <FilterBar filters={filters} onChange={(members) => restate(membersOf({ ...filters, ...members }))} />
      {failure !== null && <TroubleNotice error={failure} onRetry={again} />}
      {shown === null && failure === null && !isWrong && <div class="skeleton" aria-busy="true" />}
      {shown !== null && failure === null && !isWrong && <Shown {...shown} loading={loading} />}
    </main>
  );
}

function Shown({ report, filters, loading }: Answered & { readonly loading: boolean }) {
  const days = say('days', { from: calendarDay(filters.from), to: calendarDay(filters.to) });
  if (report.total.jobs === 0) {
    return (
      <div class="empty" data-testid="nothing">
        <Icon name="gauge" />
        <h2>{say('none')}</h2>
        <p class="figures quiet">{days}</p>
        <p class="quiet">{say('none_do')}</p>
      </div>
    );
  }
  return (
    <div class={loading ? 'turning' : ''} aria-busy={loading}>
      <Total report={report} days={days} />
      <Groups report={report} filters={filters} />
      <div class="conformity-lists">
        <Rules report={report} />
        <Remedies report={report} />
      </div>
    </div>
  );
}

function Total({ report: { total, remedies_in_all }, days }: { readonly report: Report; readonly days: string }) {
  const asked = PARTS.reduce((sum, part) => sum + total[part], 0);
  const kept = percentOf(total.conforming, total.jobs);
  const share = (n: number): string => say('of_rules', { n: percentOf(n, asked) ?? 0 });
  return (
    <section class="card conformity-total" data-testid="total">
      <dl>
        <Figure name={say('conforming')} value={say('percent', { n: kept ?? 0 })} below={say('kept_of', { n: total.conforming, all: total.jobs })} />
        <Figure name={say('met')} part="met" value={total.met} below={share(total.met)} />
        <Figure name={say('excepted')} part="excepted" value={total.excepted} below={share(total.excepted)} />
        <Figure name={say('left_out')} part="left_out" value={total.left_out} below={share(total.left_out)} />
        <Figure name={say('broken')} part="broken" value={total.broken} below={share(total.broken)} />
        <Figure name={say('owed')} value={remedies_in_all} />
      </dl>
      <Bar sums={total} />
      <p class="small quiet figures">{days}</p>
    </section>
  );
}

function Figure({ name, value, below, part }: { readonly name: string; readonly value: number | string; readonly below?: string; readonly part?: string }) {
  return (
    <div>
      <dt class="small quiet">{part && <span class={`swatch ${part}`} />}{name}</dt>
      <dd><strong class="figures">{value}</strong>{below && <span class="small quiet figures">{below}</span>}</dd>
    </div>
  );
}

function Groups({ report, filters: { by } }: Answered) {
  const { groups, groups_in_all } = report;
  return (
    <section>
      <table class="conformity-table" data-testid="groups">
        <thead>
          <tr>
            <th scope="col">{say(`one_${by}`)}</th>
            {by !== 'job' && <th scope="col" class="number">{say('kept')}</th>}
            <th scope="col" class="number beside">{say('met')}</th>
            <th scope="col" class="number">{say('excepted')}</th>
            <th scope="col" class="number beside">{say('left_out')}</th>
            <th scope="col" class="number">{say('broken')}</th>
          </tr>
        </thead>
        <tbody>{groups.map((group) => <GroupRow key={group.key} group={group} by={by} />)}</tbody>
      </table>
      {groups.length < groups_in_all && <p class="small quiet">{say('worst_of', { n: groups.length, all: groups_in_all })}</p>}
      {by === 'crew' && <p class="small quiet">{say('each_person')}</p>}
    </section>
  );
}

function GroupRow({ group, by }: { readonly group: Group; readonly by: Filters['by'] }) {
  return (
    <tr data-testid="group" data-key={group.key}>
      <th scope="row">
        {by === 'job' && group.key !== null ? <a href={jobAddress(group.key)}>{nameOf(group, by)}</a> : nameOf(group, by)}
        <Bar sums={group} />
      </th>
      {by !== 'job' && <td class="number">{say('kept_of', { n: group.conforming, all: group.jobs })}</td>}
      <td class="number beside">{group.met}</td>
      <td class="number">{group.excepted}</td>
      <td class="number beside">{group.left_out}</td>
      <td class={`number ${group.broken > 0 ? 'stop' : ''}`}>{group.broken}</td>
    </tr>
  );
}

function nameOf({ key, name, title }: Group, by: Filters['by']): string {
  if (key === null) return say(by === 'station' ? 'no_station' : 'nobody');
  return pick(title) || (name ?? key);
}

function Rules({ report: { rules, rules_in_all } }: { readonly report: Report }) {
  return (
    <section data-testid="rules">
      <h2>{say('rules')}</h2>
      {rules.length === 0 && <p class="card quiet">{say('rules_none')}</p>}
      <ol class="conformity-rows">{rules.map((rule) => <RuleRow key={`${rule.standard_id}/${rule.step_id}`} rule={rule} />)}</ol>
      {rules.length < rules_in_all && <p class="small quiet">{say('worst_of', { n: rules.length, all: rules_in_all })}</p>}
    </section>
  );
}

function RuleRow({ rule }: { readonly rule: RuleSums }) {
  return (
    <li data-testid="rule" data-step={rule.step_id}>
      <p><strong>{pick(rule.title)}</strong> <span class="code small quiet">{rule.step_id}</span></p>
      <div class="row"><Counted sums={rule} /></div>
      {reasonsOf(rule).map(({ text, n }) => (
        <p class="small why-line" key={text}><span>{text}</span> <span class="figures quiet">{say('rule_times', { n })}</span></p>
      ))}
    </li>
  );
}

function Counted({ sums }: { readonly sums: Pick<Sums, 'broken' | 'excepted' | 'left_out'> }) {
  return (
    <>
      {sums.broken > 0 && <Chip tone="stop">{say('broken')} {sums.broken}</Chip>}
      {sums.excepted > 0 && <Chip tone="warn">{say('excepted')} {sums.excepted}</Chip>}
      {sums.left_out > 0 && <Chip icon="circle">{say('left_out')} {sums.left_out}</Chip>}
    </>
  );
}

function Remedies({ report: { remedies, remedies_in_all } }: { readonly report: Report }) {
  return (
    <section data-testid="remedies">
      <h2>{say('remedies')}</h2>
      {remedies.length === 0 && <p class="card quiet">{say('remedies_none')}</p>}
      <ul class="conformity-rows">{remedies.map((owed) => <RemedyRow key={[owed.job_id, owed.step_id, owed.unit_id, owed.component].join('/')} owed={owed} />)}</ul>
      {remedies.length < remedies_in_all && <p class="small quiet">{say('newest_of', { n: remedies.length, all: remedies_in_all })}</p>}
    </section>
  );
}

function RemedyRow({ owed }: { readonly owed: Owed }) {
  return (
    <li data-testid="remedy">
      <p class="row apart">
        <a href={jobAddress(owed.job_id)}>{owed.order_ref === null ? say('job') : say('order', { ref: owed.order_ref })}</a>
        <span class="small stop">{say(`why_${owed.why}`)}</span>
      </p>
      <p class="small quiet">{pick(owed.title)} <span class="code">{owed.step_id}</span></p>
      <p>{pick(owed.remedy.text)}</p>
    </li>
  );
}

/** A report with what it is about. */
interface Answered {
  readonly report: Report;
  readonly filters: Filters;
}

/** The report of the filters, anew when they change; what came before stays until then. */
function useReport(filters: Filters): { shown: Answered | null; failure: unknown; loading: boolean; again: () => void } {
  const [shown, setShown] = useState<Answered | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const wanted = wantedOf(filters, new Date());
  useEffect(() => {
    if (problemOf(wanted) !== null) return undefined;
    const abort = new AbortController();
    setLoading(true);
    conformityReport(wanted, abort.signal).then(
      (report) => {
        setShown({ report, filters });
        setFailure(null);
        setLoading(false);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setFailure(error);
        setLoading(false);
      },
    );
    return () => abort.abort();
  }, [JSON.stringify(wanted), round]);
  return { shown, failure, loading, again: () => setRound(round + 1) };
}
