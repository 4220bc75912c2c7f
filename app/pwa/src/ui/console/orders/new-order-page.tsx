/** A new order, typed in: one plain form from top to bottom. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../../../state/console/api';
import { createOrder, models } from '../../../state/console/orders';
import type { Model } from '../../../state/console/shapes';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { toast } from '../../parts/toast';
import { go } from '../navigation';
import { jobAddress, ORDERS } from '../route';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { serviceWord } from '../words-trade';
import { pointersOf } from './dispatch-sheet';
import { draftOf, EMPTY_FORM, faultsFrom, faultsOf, SERVICES, UNITS_MOST, type Faults, type OrderForm } from './order-form';
import { SlotFields } from './slot-fields';
import { UnitFields } from './unit-fields';
import { say } from './words';

type Refusal = { readonly conflict: string | null } | { readonly error: unknown };

export function NewOrderPage() {
  const [form, setForm] = useState<OrderForm>(EMPTY_FORM);
  const [faults, setFaults] = useState<Faults>({});
  const [known, setKnown] = useState<readonly Model[] | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const load = (): Promise<void> => models().then(setKnown, (error: unknown) => setRefusal({ error }));
  useEffect(() => {
    document.title = `${say('new_order')} · ${words('app')}`;
    void load();
  }, []);
  const write = (members: Partial<OrderForm>): void => setForm({ ...form, ...members });
  const fault = (field: string): string | null => (faults[field] ? say(faults[field]) : null);
  const show = (found: Faults): void => {
    setFaults(found);
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  };

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setRefusal(null);
    const found = faultsOf(form);
    show(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await createOrder(draftOf(form));
      toast(say('saved'));
      go(ORDERS);
    } catch (error) {
      if (error instanceof ApiProblem && error.slug === 'order-conflict') {
        const jobId = error.members['job_id'];
        setRefusal({ conflict: typeof jobId === 'string' ? jobId : null });
      } else if (error instanceof ApiProblem && (error.slug === 'invalid-body' || error.slug === 'unknown-gtin') && pointersOf(error).length > 0) {
        show(faultsFrom(pointersOf(error)));
      } else setRefusal({ error });
    } finally {
      setBusy(false);
    }
  };

  const text = (name: 'order_ref' | 'name' | 'phone' | 'line' | 'line_more' | 'city' | 'postcode' | 'access', most: number, hint?: string) => (
    <Field label={say(name)} value={form[name]} most={most} problem={fault(name)} hint={hint} testid={`order-${name}`} onWrite={(value) => write({ [name]: value })} />
  );
  const wrong = Object.keys(faults).length;
  return (
    <main class="page form-page" id="content" tabIndex={-1}>
      <a class="back" href={ORDERS}><Icon name="chevron-left" /> {say('back')}</a>
      <h1>{say('new_order')}</h1>
      <form class="stack order-form" ref={element} onSubmit={(event) => void submit(event)} noValidate data-testid="order-form">
        <section class="card stack">
          {text('order_ref', 80, say('order_ref_hint'))}
          <fieldset class="field">
            <legend class="label">{say('services')}</legend>
            <div class="row">
              {SERVICES.map((service) => (
                <label class="check" key={service}>
                  <input
                    type="checkbox"
                    checked={form.services.includes(service)}
                    data-testid={`service-${service}`}
                    onChange={(event) => write({ services: event.currentTarget.checked ? [...form.services, service] : form.services.filter((one) => one !== service) })}
                  />
                  {serviceWord(service)}
                </label>
              ))}
            </div>
            {fault('services') && <p class="problem" role="alert"><Icon name="octagon-x" /> {fault('services')}</p>}
          </fieldset>
        </section>
        <section class="card stack" aria-labelledby="order-units">
          <h2 id="order-units">{say('units')}</h2>
          {known?.length === 0 && <Notice tone="warn" title={say('no_models')} />}
          {form.units.map((unit, at) => (
            <UnitFields
              key={at}
              at={at}
              unit={unit}
              models={known ?? []}
              faults={faults}
              onChange={(changed) => write({ units: form.units.map((one, place) => (place === at ? changed : one)) })}
              {...(form.units.length > 1 ? { onRemove: () => write({ units: form.units.filter((_, place) => place !== at) }) } : {})}
            />
          ))}
          {form.units.length < UNITS_MOST && <div><Button icon="plus" testid="add-unit" onTap={() => write({ units: [...form.units, { gtin: '', serial: '' }] })}>{say('add_unit')}</Button></div>}
        </section>
        <section class="card stack" aria-labelledby="order-customer">
          <h2 id="order-customer">{say('customer')}</h2>
          <div class="two">
            {text('name', 80)}
            {text('phone', 24, say('phone_hint'))}
          </div>
          <div class="field">
            <label for="order-language">{say('customer_language')}</label>
            <select id="order-language" class="input" value={form.language} data-testid="order-language" onChange={(event) => write({ language: event.currentTarget.value === 'en' ? 'en' : 'zh-Hans' })}>
              <option value="en" lang="en">English</option>
              <option value="zh-Hans" lang="zh-Hans">中文</option>
            </select>
          </div>
          <h3>{say('address')}</h3>
          <div class="two">
            {text('line', 120)}
            {text('line_more', 120, say('optional'))}
            {text('city', 80)}
            {text('postcode', 20, say('optional'))}
          </div>
          {text('access', 300, say('access_hint'))}
        </section>
        <section class="card stack">
          <SlotFields slot={form.slot} problem={fault('slot')} onChange={(slot) => write({ slot })} />
          <Field label={say('note')} value={form.note} lines={2} most={1000} hint={say('optional')} testid="order-note" onWrite={(note) => write({ note })} />
        </section>
        {refusal !== null && ('conflict' in refusal ? <Conflict jobId={refusal.conflict} /> : <TroubleNotice error={refusal.error} onRetry={() => { setRefusal(null); return known === null ? load() : undefined; }} />)}
        <div aria-live="assertive">{wrong > 0 && <Notice tone="stop" title={say('wrong_fields', { n: wrong })} testid="order-faults" />}</div>
        <div><button type="submit" class="button primary narrow" aria-busy={busy} data-testid="order-save"><Icon name="check" /> {say('save')}</button></div>
      </form>
    </main>
  );
}

function Conflict({ jobId }: { readonly jobId: string | null }) {
  return (
    <Notice tone="stop" title={say('conflict')} alert testid="order-conflict">
      <p>{say('conflict_text')}</p>
      {jobId !== null && <p><a href={jobAddress(jobId)}>{say('conflict_open')}</a></p>}
    </Notice>
  );
}
