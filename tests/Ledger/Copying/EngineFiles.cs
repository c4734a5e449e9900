using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Copying;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>
/// The files of an engine, written through its own ledger and grain storage once, of which each test gets a copy of its
/// own.
/// </summary>
public sealed class EngineFiles : IAsyncLifetime
{
    /// <summary>The longest stream: more commits than one chunk of a copy takes.</summary>
    public const string Batch = "batch/mi2-1";

    /// <summary>Its entries.</summary>
    public const int BatchEntries = 9_000;

    /// <summary>The streams of reservations.</summary>
    public const int Reservations = 500;

    private readonly ScratchFolder _temporary = new();

    public async ValueTask InitializeAsync()
    {
        using var directory = DataDirectory.Open(_temporary.Path);
        await using (var ledger = SqliteLedger.Open(directory.LedgerPath, null))
        {
            await FillAsync(ledger, BatchEntries, Reservations);
            // A commit that is larger than a chunk by itself.
            await ledger.AppendAllAsync([new Chain("batch/large").Next(1_000, note: new string('x', 5_000))]);
        }
        await WriteDocumentsAsync(directory);
        await File.WriteAllTextAsync(
            directory.PathOf("development-secrets.json"),
            JsonSerializer.Serialize(
                new Dictionary<string, string> { ["Sale:TicketKey"] = "dA==", ["Auth:SigningKey"] = "小米+/=" }));
        Directory.CreateDirectory(directory.PathOf("session-keys"));
        foreach (var name in new[] { "key-1", "revocation-2" })
        {
            await File.WriteAllTextAsync(
                Path.Combine(directory.PathOf("session-keys"), name + ".xml"),
                $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<key id=\"{name}\">\n  <!-- 小米 --></key>");
        }
    }

    public ValueTask DisposeAsync()
    {
        _temporary.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies the files into a directory, which may be missing.</summary>
    internal string CopyTo(string path)
    {
        foreach (var file in Directory.EnumerateFiles(_temporary.Path, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(path, Path.GetRelativePath(_temporary.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return path;
    }

    /// <summary>Streams of every length, each growing while others begin.</summary>
    internal static async Task FillAsync(ILedger ledger, int batchEntries, int reservations)
    {
        var batch = new Chain(Batch);
        await Task.WhenAll(batch.Rows([.. Enumerable.Repeat(1, batchEntries)]).Select(row => ledger.AppendAsync(row)));
        string[] others = ["batch/mi2-2", "reservation/mi2-1/weibo:鲍勃", "reservation/mi2-1/weibo:𝒳", "batch/",
            "a b%_'\"\\"];
        var chains = others.Select(name => new Chain(name)).ToList();
        foreach (var count in new[] { 1, 3, 60, 1, 500 })
            foreach (var chain in chains) await ledger.AppendAllAsync([chain.Next(count)]);
        await Task.WhenAll(Enumerable.Range(0, reservations).Select(async user =>
        {
            var chain = new Chain($"reservation/mi2-1/weibo:user{user}");
            for (var change = 0; change <= user % 4; change++)
                (await ledger.AppendAsync(chain.Next() with { IsOpen = change % 2 == 0 }))
                    .ShouldBe(AppendOutcome.Committed);
        }));
    }

    /// <summary>Gives a directory that has none some documents, by key, without an actor.</summary>
    internal static async Task AddDocumentsAsync(string directory, params string[] keys)
    {
        using var temporary = new ScratchFolder();
        await using (var place = DirectoryPlace.OpenTarget(Path.Combine(temporary.Path, "data"), "a test"))
            await place.AddAsync(
                [.. keys.Order().Select(key => new DocumentRow("sale", "note", 0, 0, key, 1, [1], DateTime.UnixEpoch))],
                default);
        File.Copy(Path.Combine(temporary.Path, "data", "grains.db"), Path.Combine(directory, "grains.db"));
    }

    /// <summary>The documents that <see cref="WriteDocumentsAsync"/> leaves, by grain and name of the state.</summary>
    internal static async Task<List<string?>> ReadDocumentsAsync(IGrainStorage storage)
    {
        var texts = new List<string?>();
        foreach (var (id, name) in Documents())
        {
            var state = new GrainState<Note>();
            await storage.ReadStateAsync(name, id, state);
            texts.Add(state.RecordExists ? state.State?.Text : null);
        }
        return texts;
    }

    /// <summary>Runs something with the grain storage that a silo has.</summary>
    internal static async Task<T> WithStorageAsync<T>(Action<ISiloBuilder> addStorage, Func<IGrainStorage, Task<T>> use)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = "sale";
        builder.ConfigureSilo((_, silo) => addStorage(silo));
        builder.ConfigureHost(host => host.Logging.ClearProviders());
        var cluster = builder.Build();
        await cluster.DeployAsync();
        try
        {
            return await use(cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainStorage>());
        }
        finally
        {
            await cluster.StopAllSilosAsync();
            await cluster.DisposeAsync();
        }
    }

    /// <summary>The storage of a data directory, whose file is made if it is not there.</summary>
    public static void UseFiles(ISiloBuilder silo, DataDirectory directory)
    {
        SqliteFile.Apply(directory.GrainsPath, "Grains");
        silo.AddSqliteGrainStorage(directory);
    }

    private static Task<bool> WriteDocumentsAsync(DataDirectory directory) =>
        WithStorageAsync(silo => UseFiles(silo, directory), async storage =>
        {
            foreach (var (id, name) in Documents())
            {
                var state = new GrainState<Note> { State = new Note { Text = $"{name} 小米 {id}" } };
                await storage.WriteStateAsync(name, id, state);
                if (name == "again") await storage.WriteStateAsync(name, id, state);
                if (name == "cleared") await storage.ClearStateAsync(name, id, state);
            }
            return true;
        });

    // Every kind of key. Some differ only in their kind.
    private static IEnumerable<(GrainId Id, string Name)> Documents()
    {
        var guid = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        IdSpan[] keys =
        [
            IdSpan.Create("mi2-1.17"), IdSpan.Create("Mi2-1.17"), IdSpan.Create("weibo:鲍勃"), IdSpan.Create("weibo:𝒳"),
            IdSpan.Create("%"),
            GrainIdKeyExtensions.CreateIntegerKey(0), GrainIdKeyExtensions.CreateIntegerKey(-17),
            GrainIdKeyExtensions.CreateIntegerKey(17, "x"),
            GrainIdKeyExtensions.CreateIntegerKey(17), GrainIdKeyExtensions.CreateGuidKey(guid),
            GrainIdKeyExtensions.CreateGuidKey(guid, "x"),
        ];
        return from name in new[] { "note", "again", "cleared" }
               from key in keys
               select (GrainId.Create(GrainType.Create("note"), key), name);
    }
}
