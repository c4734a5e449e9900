using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Tests.Ledger;

/// <summary>Orleans' grain storage on our schemas: kept over restarts, and never two writers of one version.</summary>
public abstract class GrainStorageContract : IAsyncLifetime
{
    private const string StateName = "note";

    private InProcessTestCluster _cluster = null!;

    /// <summary>The services of the first silo.</summary>
    protected IServiceProvider Services => _cluster.Silos[0].ServiceProvider;

    private IGrainStorage Storage => Services.GetRequiredService<IGrainStorage>();

    public virtual async ValueTask InitializeAsync() => await StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds the storage to a silo; called anew whenever the cluster starts.</summary>
    protected abstract void AddStorage(ISiloBuilder silo);

    /// <summary>The cluster has stopped.</summary>
    protected virtual void Stopped()
    {
    }

    [Fact]
    public async Task State_outlives_a_restart()
    {
        await Note("first").WriteAsync("小米 Mi2");
        await Note("first").WriteAsync("小米 Mi2, 16 GB");
        await Note("other").WriteAsync("");

        await StopAsync();
        await StartAsync();

        (await Note("first").ReadAsync()).ShouldBe("小米 Mi2, 16 GB");
        (await Note("other").ReadAsync()).ShouldBe("");
        (await Note("none").ReadAsync()).ShouldBeNull();
        await Note("first").WriteAsync("again");
        (await Note("first").ReadAsync()).ShouldBe("again");
    }

    [Fact]
    public async Task A_stale_writer_is_told_and_changes_nothing()
    {
        await Note("n").WriteAsync("one");
        var behind = await ReadAsync(Id("n"));
        behind.State = new Note { Text = "behind the grain's back" };
        await Storage.WriteStateAsync(StateName, Id("n"), behind);

        var refused = await Should.ThrowAsync<Exception>(() => Note("n").WriteAsync("two"));
        refused.ShouldBeAssignableTo<InconsistentStateException>();
        (await TextAsync(Id("n"))).ShouldBe("behind the grain's back");
        // The refusal ended the activation; the next one reads what is there.
        (await Note("n").ReadAsync()).ShouldBe("behind the grain's back");
        await Note("n").WriteAsync("three");
    }

    [Fact]
    public async Task Of_racing_first_writes_exactly_one_lands()
    {
        const int Writers = 8, Rounds = 25;
        for (var round = 0; round < Rounds; round++)
        {
            var id = Id($"race-{round}");
            var landed = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                var state = new GrainState<Note> { State = new Note { Text = $"writer {writer}" } };
                try
                {
                    await Storage.WriteStateAsync(StateName, id, state);
                    return state.State.Text;
                }
                catch (InconsistentStateException)
                {
                    return null;
                }
            })));

            var winner = landed.Where(text => text is not null).ShouldHaveSingleItem();
            (await TextAsync(id)).ShouldBe(winner);
        }
    }

    [Fact]
    public async Task Cleared_state_is_gone_and_its_versions_go_on()
    {
        await Note("n").WriteAsync("one");
        var before = await ReadAsync(Id("n"));
        await Note("n").ClearAsync();

        (await Note("n").ReadAsync()).ShouldBeNull();
        (await ReadAsync(Id("n"))).RecordExists.ShouldBeFalse();
        await Should.ThrowAsync<InconsistentStateException>(() => Storage.WriteStateAsync(StateName, Id("n"), before));
        await Should.ThrowAsync<InconsistentStateException>(() => Storage.ClearStateAsync(StateName, Id("n"), before));

        await Note("n").WriteAsync("two");
        await Should.ThrowAsync<InconsistentStateException>(() => Storage.WriteStateAsync(StateName, Id("n"), before));
        (await TextAsync(Id("n"))).ShouldBe("two");
    }

    [Fact]
    public async Task A_purge_changes_no_document()
    {
        await Note("n").WriteAsync("one");
        await Note("n").WriteAsync("two");
        await Note("cleared").WriteAsync("one");
        await Note("cleared").ClearAsync();
        var before = await ReadAsync(Id("n"));
        await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => Services.GetRequiredService<IDocumentPurge>().PurgeAsync()));

        (await TextAsync(Id("n"))).ShouldBe("two");
        (await TextAsync(Id("cleared"))).ShouldBeNull();
        await Storage.WriteStateAsync(StateName, Id("n"), before);
        await Note("cleared").WriteAsync("again");
    }

    [Fact]
    public async Task Grains_of_every_kind_of_key_and_name_have_states_of_their_own()
    {
        var guid = Guid.NewGuid();
        GrainId[] ids =
        [
            Id("0x"), Id("ax"), Id("Ax"), Id("a b"), Id("%"),
            Keyed(GrainIdKeyExtensions.CreateIntegerKey(0)), Keyed(GrainIdKeyExtensions.CreateIntegerKey(17)),
            Keyed(GrainIdKeyExtensions.CreateIntegerKey(17, "x")), Keyed(GrainIdKeyExtensions.CreateGuidKey(guid)),
            Keyed(GrainIdKeyExtensions.CreateGuidKey(guid, "x")),
        ];
        foreach (var name in new[] { "note", "Note", "other" })
            foreach (var id in ids)
                await Storage.WriteStateAsync(name, id, new GrainState<Note> { State = new Note { Text = name + id } });

        foreach (var name in new[] { "note", "Note", "other" })
            foreach (var id in ids)
                (await TextAsync(id, name)).ShouldBe(name + id);
    }

    /// <summary>A grain that keeps a document.</summary>
    protected static GrainId Id(string key) => GrainId.Create("note", key);

    private static GrainId Keyed(IdSpan key) => GrainId.Create(GrainType.Create("note"), key);

    /// <summary>A document's grain.</summary>
    protected INoteGrain Note(string key) => _cluster.Client.GetGrain<INoteGrain>(key);

    private async Task<GrainState<Note>> ReadAsync(GrainId id, string name = StateName)
    {
        var state = new GrainState<Note>();
        await Storage.ReadStateAsync(name, id, state);
        return state;
    }

    private async Task<string?> TextAsync(GrainId id, string name = StateName) =>
        (await ReadAsync(id, name)).State?.Text;

    private async Task StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ServiceId = "sale";
        builder.ConfigureSilo((_, silo) => AddStorage(silo));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private async Task StopAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        Stopped();
    }
}

/// <summary>A document for the tests of grain storage.</summary>
public sealed class Note
{
    public string? Text { get; set; }
}

/// <summary>A grain with one document.</summary>
[Alias("OrleansSale.Tests.Ledger.INoteGrain")]
public interface INoteGrain : IGrainWithStringKey
{
    [Alias("Write")]
    Task WriteAsync(string text);

    [Alias("Read")]
    Task<string?> ReadAsync();

    [Alias("Clear")]
    Task ClearAsync();
}

/// <inheritdoc cref="INoteGrain"/>
[GrainType("note")]
public sealed class NoteGrain([PersistentState("note")] IPersistentState<Note> note) : Grain, INoteGrain
{
    public async Task WriteAsync(string text)
    {
        note.State.Text = text;
        await note.WriteStateAsync();
    }

    public Task<string?> ReadAsync() => Task.FromResult(note.State.Text);

    public Task ClearAsync() => note.ClearStateAsync();
}
