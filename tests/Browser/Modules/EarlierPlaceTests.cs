using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>When a page asks for the place that its user keeps from an earlier batch.</summary>
public sealed class EarlierPlaceTests(SaleStage stage)
{
    // The requests are counted. What answers them: a place of this number, none, or nothing.
    private const string Asking = """
        let [asked, place] = [0, null];
        globalThis.fetch = async address => {
          const isKept = String(address).endsWith('/place/kept');
          asked += isKept ? 1 : 0;
          if (place === 'lost')
            throw new TypeError('no network');
          return isKept && place === null ? new Response(null, { status: 204 })
            : Response.json(isKept ? { batch: 'a', place } : { id: 'a' });
        };
        const board = {
          phase: 'announced', backlogUnits: 1, schedule: {
            reservationOpens: '2012-12-21T01:00:00Z', reservationCloses: '2012-12-21T02:00:00Z',
            saleOpens: '2012-12-21T04:00:00Z', saleCloses: '2012-12-21T05:00:00Z' } };
        const later = { ...board, schedule: { ...board.schedule, saleOpens: '2012-12-21T04:30:00Z' } };
        const now = Date.parse(board.schedule.reservationOpens);
        const earlier = new m.EarlierPlace('b', () => {});
        const count = async step => { await step(); return asked; };
        """;

    [Fact]
    public async Task Who_has_none_asks_once_and_again_under_another_schedule()
    {
        (await RunAsync("""
            return [
              await count(() => earlier.look(board, now)), await count(() => earlier.look({ ...board }, now)),
              await count(() => earlier.lookAgain(board, now)), await count(() => earlier.look(later, now)),
              await count(() => earlier.lookAgain(later, now))];
            """)).ShouldBe([1, 1, 1, 2, 2]);
    }

    [Fact]
    public async Task Who_has_one_or_got_no_answer_asks_again_when_they_come_back_and_then_it_may_be_gone()
    {
        (await RunAsync("""
            place = 'lost';
            const lost = await count(() => earlier.look(board, now));
            place = 7;
            const unasked = await count(() => earlier.look(board, now));
            const found = await count(() => earlier.lookAgain(board, now));
            const known = earlier.known.place;
            place = null;
            const gone = await count(() => earlier.lookAgain(board, now));
            return [lost, unasked, found, known, gone, earlier.known === null ? 0 : 1,
              await count(() => earlier.lookAgain(board, now))];
            """)).ShouldBe([1, 1, 2, 7, 3, 0, 3]);
    }

    [Fact]
    public async Task Nobody_asks_a_batch_that_has_opened_or_takes_no_earlier_places()
    {
        (await RunAsync("""
            return [
              await count(() => earlier.look(board, Date.parse(board.schedule.saleOpens))),
              await count(() => earlier.lookAgain({ ...board, phase: 'closed' }, now)),
              await count(() => earlier.look({ ...board, backlogUnits: 0 }, now))];
            """)).ShouldBe([0, 0, 0]);
    }

    private async Task<int[]> RunAsync(string body)
    {
        var page = await ModulePage.OpenAsync(stage.Browser);
        return await page.RunAsync<int[]>("/js/earlier-place.js", Asking + body);
    }
}
