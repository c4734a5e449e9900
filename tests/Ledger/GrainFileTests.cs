using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Silo.Embedded;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>Whether documents can be stored, which everybody may ask by asking for readiness.</summary>
public sealed class GrainFileTests : IDisposable
{
    private const int Askers = 500;

    private readonly ScratchFolder _temporary = new();
    private readonly DataDirectory _directory;

    public GrainFileTests()
    {
        _directory = DataDirectory.Open(Path.Combine(_temporary.Path, "data"));
        DirectoryStart.Prepare(_directory);
    }

    public void Dispose()
    {
        _directory.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task However_many_ask_while_another_program_has_the_lock_no_more_than_one_thread_waits_for_it()
    {
        using var file = new GrainFile(_directory.GrainsPath, NullLogger<GrainFile>.Instance);
        await using (var other = new SqliteConnection($"Data Source={_directory.GrainsPath};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var held = other.BeginTransaction(deferred: false);
            var asked = Enumerable.Range(0, Askers).Select(_ => file.FindFaultAsync()).ToList();
            asked.Distinct().Count().ShouldBeLessThan(
                Askers / 10, "each look takes a second, so those who ask meanwhile share it");
            (await Task.WhenAll(asked)).ShouldAllBe(fault => fault == "another program has locked the file");
        }

        (await file.FindFaultAsync()).ShouldBeNull();
    }
}
