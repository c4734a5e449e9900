using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Announcements;

/// <summary>Announcements whose document is damaged, as operators see them.</summary>
public sealed class DamagedAnnouncementTests : IDisposable
{
    private const string Path = "/api/operator/announcements";

    private readonly ScratchFolder _directory = new();
    private readonly FrontPlan _plan;

    public DamagedAnnouncementTests() =>
        _plan = new FrontPlan { Settings = new() { ["Sale:DataDirectory"] = _directory.Path } };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_list_names_what_is_damaged_and_has_all_others()
    {
        string damaged, sound;
        await using (var before = await SaleFront.StartAsync(_plan))
        {
            (damaged, sound) = (await before.CreateAsync(), await before.CreateAsync());
            foreach (var batch in (string[])[damaged, sound])
            {
                var announcement = new JsonObject { ["batch"] = batch, ["text"] = "The doors are open" };
                (await before.Client.PostAsync(Path, before.Operator, announcement)).Is(201);
            }
        }
        (await DamageAsync($"batch-{damaged}")).ShouldBe(1);

        await using var sale = await SaleFront.StartAsync(_plan);
        var list = (await sale.Client.GetAsync(Path, sale.Operator)).Is(200);
        list.Items.ShouldHaveSingleItem().GetProperty("batch").GetString().ShouldBe(sound);
        list.Member("damaged").GetRawText().ShouldBe($"""["batch-{damaged}"]""");
        (await sale.Client.GetAsync($"{Path}?batch={sound}", sale.Operator)).Is(200).Names.ShouldNotContain("damaged");
        (await sale.Client.GetAsync($"{Path}?batch={damaged}", sale.Operator)).IsRefusal(503, "unavailable");
    }

    private async Task<int> DamageAsync(string topic)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={System.IO.Path.Combine(_directory.Path, "grains.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            UPDATE GrainState SET Payload = CAST('rubbish' AS BLOB)
            WHERE GrainType LIKE '%announcements%' AND CAST(GrainKey AS TEXT) LIKE '%' || $topic
            """;
        command.Parameters.AddWithValue("$topic", topic);
        return await command.ExecuteNonQueryAsync();
    }
}
