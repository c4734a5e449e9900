using System.Security.Cryptography;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>A batch has one key, from before its first entry until it is removed.</summary>
public sealed class BatchKeyTests : IAsyncLifetime
{
    // Each test has its own cluster, because a cluster has one catalogue.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task The_key_is_durable_before_the_first_entry_which_names_its_hash()
    {
        var gate = _sale.Ledger.HoldAppends(Streams.OfBatch("b"));
        var creating = _sale.Batch("b").Actor.CreateAsync(Terms("b", _sale.Clock.Now));
        await gate.Reached;
        var key = _sale.StoredKeyOf("b").ShouldNotBeNull();
        gate.Open();

        (await creating).Value.ShouldBe(Effect.Done);
        key.Length.ShouldBe(BatchKey.Length);
        var created = (await _sale.Stored.EntriesOfAsync("b")).ShouldHaveSingleItem().Entry.ShouldBeOfType<Created>();
        created.KeyHash.ShouldBe(SHA256.HashData(key));
        (await _sale.KeyActor("b").FindAsync()).ShouldBe(key);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_whose_write_fails_creates_no_batch_and_the_next_try_uses_what_was_stored(bool isStored)
    {
        if (isStored) _sale.Documents.LoseAnswers();
        else _sale.Documents.RefuseWrites();
        await Should.ThrowAsync<Exception>(() => _sale.Batch("b").Actor.CreateAsync(Terms("b", _sale.Clock.Now)));
        (await _sale.Stored.CommitsOfAsync("b")).ShouldBeEmpty();
        var key = _sale.StoredKeyOf("b");
        (key is not null).ShouldBe(isStored);

        (await _sale.Batch("b").Actor.CreateAsync(Terms("b", _sale.Clock.Now))).Value.ShouldBe(Effect.Done);
        if (isStored) _sale.StoredKeyOf("b").ShouldBe(key);
        await _sale.Batch("b").OrderAsync("weibo:a");
        await _sale.Stored.AuditAsync("b");
    }

    [Fact]
    public async Task Of_two_activations_that_make_the_first_key_at_once_both_return_the_one_that_is_stored()
    {
        await using var other = await SaleHarness.StartAsync(new() { Beside = _sale });
        // Both have read that there is none.
        (await _sale.KeyActor("b").FindAsync()).ShouldBeNull();
        (await other.KeyActor("b").FindAsync()).ShouldBeNull();

        var keys = await Task.WhenAll(_sale.KeyActor("b").MakeAsync(), other.KeyActor("b").MakeAsync());

        keys[1].ShouldBe(keys[0]);
        _sale.StoredKeyOf("b").ShouldBe(keys[0]);
        (await _sale.KeyActor("b").MakeAsync()).ShouldBe(keys[0]);
        (await other.KeyActor("b").FindAsync()).ShouldBe(keys[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_own_key_a_batch_is_unlisted_for_users_and_gets_no_other(bool isReplaced)
    {
        var id = (await _sale.CreateBatchAsync()).Id;
        await _sale.Catalogue.AddAsync(id);
        var (batch, own) = (_sale.Batch(id), _sale.StoredKeyOf(id)!);
        var order = await batch.OrderAsync("weibo:a");
        (await ListAsync()).Key.ShouldBe(own);

        var wrong = isReplaced ? RandomNumberGenerator.GetBytes(BatchKey.Length) : null;
        await PutKeyAsync(id, wrong);
        (await ListAsync()).ShouldSatisfyAllConditions(
            listed => listed.Key.ShouldBeNull(), listed => listed.Terms.Id.ShouldBe(id));
        // Neither a repeated creation nor another activation makes a key.
        (await batch.Actor.CreateAsync(Terms(id, _sale.Clock.Now))).Value.ShouldBe(Effect.AlreadySo);
        await _sale.DeactivateAsync(batch.Actor);
        (await batch.Actor.CreateAsync(Terms(id, _sale.Clock.Now))).Value.ShouldBe(Effect.AlreadySo);
        _sale.StoredKeyOf(id).ShouldBe(wrong);
        // The batch still does what needs only the ledger: the order ends at its deadline.
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));
        (await batch.BoardAsync()).Free.ShouldBe(10);

        await PutKeyAsync(id, own);
        (await ListAsync()).Key.ShouldBe(own);
    }

    private async Task<ListedBatch> ListAsync() => (await _sale.Catalogue.ListAsync(0)).Batches.ShouldHaveSingleItem();

    // Acts as a lost or restored storage, while no actor is active that has read the key.
    private async Task PutKeyAsync(string id, byte[]? key)
    {
        await _sale.DeactivateAsync(_sale.KeyActor(id));
        await _sale.DeactivateAsync(_sale.Catalogue);
        _sale.Documents.Put(SaleHarness.KeyState, id, key is null ? null : new BatchKeyDocument { Key = key });
    }
}
