/** One standard as a person would read it, phase by phase, on screen and on paper. */
import { useEffect, useState } from 'preact/hooks';
import type { Rule, Standard } from '../../../domain/standard';
import { PHASES } from '../../../domain/standard';
import { beginDraft, reinstate, standardOf, versions, withdraw, type Version } from '../../../state/console/standards';
import { pick } from '../../i18n/catalogue';
import { moment } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { Chip, Notice } from '../../parts/notice';
import { Sheet } from '../../parts/sheet';
import { toast } from '../../parts/toast';
import { go } from '../navigation';
import { draftAddress, STANDARDS } from '../route';
import { troubleOf, TroubleNotice } from '../trouble';
import { phaseWord } from '../words-trade';
import { words } from '../words';
import { askedWords, conditionWords, perWords } from './rule-words';
import { edit } from './editor-words';
import { isEditor } from './standards-page';
import { StandingChip } from './standing';
import { say } from './words';
import '../styles/standards.css';

export function StandardPage({ digest }: { readonly digest: string }) {
  const [standard, setStandard] = useState<Standard | null>(null);
  const [version, setVersion] = useState<Version | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      const [document_, all] = await Promise.all([standardOf(digest), versions()]);
      setStandard(document_);
      setVersion(all.find((one) => one.digest === digest) ?? null);
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => void load(), [digest]);
  useEffect(() => {
    // A printed page and a saved PDF are named by this.
    document.title = standard ? `${pick(standard.title)} ${standard.version}` : `${say('title')} · ${words('app')}`;
  });
  return (
    <main class="page standard-page" id="content" tabIndex={-1}>
      <div class="standard-tools">
        <a class="back" href={STANDARDS}><Icon name="chevron-left" /> {say('back')}</a>
        <div class="row">
          {standard && isEditor() && <EditTools standard={standard} digest={digest} version={version} onChanged={load} />}
          <a class="button" href={`/api/v1/standards/${digest}`} download={standard ? `${standard.standard_id}-${standard.version}.json` : true} data-testid="download-standard"><Icon name="download" /> {say('download')}</a>
          <Button icon="printer" testid="print" onTap={() => window.print()}>{say('print')}</Button>
        </div>
      </div>
      {failure !== null && <TroubleNotice error={failure} onRetry={load} />}
      {standard === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {version && <StandingNotice version={version} />}
      {standard && <Document standard={standard} digest={digest} />}
    </main>
  );
}

function StandingNotice({ version }: { readonly version: Version }) {
  if (version.standing !== 'withdrawn') return <p class="standard-standing"><StandingChip version={version} /></p>;
  return (
    <Notice tone="warn" title={edit('standing_withdrawn', { time: moment(version.withdrawn_at ?? '') })} testid="withdrawn">
      <p>{version.withdrawn_why}</p>
    </Notice>
  );
}

/** What an editor can do with a version: begin the next one with it, have new jobs use it no more, or again. */
function EditTools({ standard, digest, version, onChanged }: { readonly standard: Standard; readonly digest: string; readonly version: Version | null; readonly onChanged: () => Promise<void> }) {
  const [withdrawing, setWithdrawing] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      go(draftAddress((await beginDraft(`${JSON.stringify({ ...standard, version: nextVersion(standard.version) }, null, 2)}\n`, digest)).draft_id));
    } catch (error) {
      toast(troubleOf(error).title);
    }
  };
  const again = async (): Promise<void> => {
    try {
      await reinstate(digest);
      toast(edit('reinstated'));
      await onChanged();
    } catch (error) {
      toast(troubleOf(error).title);
    }
  };
  const standing = version?.standing;
  return (
    <>
      <Button kind="primary" icon="copy" testid="copy-standard" onTap={copy}>{edit('copy')}</Button>
      {(standing === 'in_force' || standing === 'scheduled') && <Button icon="ban" testid="withdraw" onTap={() => setWithdrawing(true)}>{edit('withdraw')}</Button>}
      {standing === 'withdrawn' && <Button icon="rotate-ccw" testid="reinstate" onTap={again}>{edit('reinstate')}</Button>}
      {withdrawing && <WithdrawSheet version={standard.version} digest={digest} onClose={() => setWithdrawing(false)} onDone={onChanged} />}
    </>
  );
}

function WithdrawSheet({ version, digest, onClose, onDone }: { readonly version: string; readonly digest: string; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const [why, setWhy] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const act = async (): Promise<void> => {
    try {
      await withdraw(digest, why.trim());
      toast(edit('withdraw_done'));
      onClose();
      await onDone();
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Sheet title={edit('withdraw_title', { version })} testid="withdraw-sheet" onClose={onClose}>
      <p>{edit('withdraw_text')}</p>
      <Field label={edit('withdraw_why')} value={why} lines={2} most={500} testid="withdraw-why" onWrite={setWhy} />
      {failure !== null && <TroubleNotice error={failure} />}
      <div class="row">
        <Button kind="halt" icon="ban" testid="withdraw-go" disabled={why.trim() === ''} onTap={act}>{edit('withdraw')}</Button>
        <Button onTap={onClose}>{edit('keep')}</Button>
      </div>
    </Sheet>
  );
}

/** 2026.2 after 2026.1. */
function nextVersion(version: string): string {
  return version.replace(/(\d+)(?!.*\d)/, (number) => String(Number(number) + 1));
}

function Document({ standard, digest }: { readonly standard: Standard; readonly digest: string }) {
  const roles = Object.entries(standard.photo_roles);
  const failures = standard.failure_reasons ?? [];
  return (
    <article class="standard-document" data-testid="standard">
      <header>
        <h1>{pick(standard.title)}</h1>
        <p class="quiet figures">{[say('version', { version: standard.version }), say('rules', { n: standard.rules.length })].join(' · ')}</p>
        {standard.summary && <p class="lead">{pick(standard.summary)}</p>}
      </header>
      {PHASES.map((phase) => {
        const rules = standard.rules.filter((rule) => rule.phase === phase);
        return (
          rules.length > 0 && (
            <section key={phase}>
              <h2>{phaseWord(phase)}</h2>
              {rules.map((rule) => <RuleText key={rule.code} standard={standard} rule={rule} />)}
            </section>
          )
        );
      })}
      {roles.length > 0 && (
        <section>
          <h2>{say('photo_roles')}</h2>
          <dl class="standard-roles">
            {roles.map(([role, spec]) => (
              <div key={role}>
                <dt>{pick(spec.title)}</dt>
                <dd class="quiet">{pick(spec.hint)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {failures.length > 0 && (
        <section>
          <h2>{say('failures')}</h2>
          <ul class="lines">
            {failures.map((failure) => (
              <li key={failure.reason}>
                <strong>{pick(failure.title)}</strong>
                <span class="quiet"> {failure.evidence.map((asked) => askedWords(standard, asked)).join('; ')}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <footer class="small quiet">
        <p>{say('sources_note')}</p>
        <p class="code">{say('digest')} {digest}</p>
      </footer>
    </article>
  );
}

function RuleText({ standard, rule }: { readonly standard: Standard; readonly rule: Rule }) {
  const sources = rule.sources ?? [];
  return (
    <section class={`standard-rule ${rule.severity}`} data-testid="standard-rule" data-code={rule.code}>
      <h3><span class="code quiet">{rule.code}</span> {pick(rule.title)}</h3>
      <p class="row small">
        <Chip {...(rule.severity === 'must' && { tone: 'wait' })} icon={rule.severity === 'info' ? 'info' : 'check'}>{say(`severity_${rule.severity}`)}</Chip>
        <span class="quiet">{[say(`actor_${rule.actor ?? 'installer'}`), perWords(rule)].join(' · ')}</span>
      </p>
      <p>{pick(rule.text)}</p>
      <dl class="standard-facts small">
        {rule.when && <Fact name={say('when')} text={conditionWords(standard, rule.when)} />}
        <Fact name={say('asks')} text={rule.evidence.map((asked) => askedWords(standard, asked)).join('; ') || say('asks_nothing')} />
        {rule.exception && <Fact name={say('exception')} text={exceptionWords(rule.exception)} />}
        {rule.remedy && <Fact name={say('remedy')} text={pick(rule.remedy.text)} />}
        {sources.length > 0 && <Fact name={say('sources')} text={sources.map((source) => source.title).join('; ')} />}
      </dl>
    </section>
  );
}

function exceptionWords({ reasons, requires = null }: NonNullable<Rule['exception']>): string {
  const why = reasons.map((reason) => pick(reason.title)).join(' / ');
  return requires === null ? why : `${why} (${say(`requires_${requires}`)})`;
}

function Fact({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div>
      <dt class="quiet">{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}
