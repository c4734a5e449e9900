using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>Every contender does what it is measured for; each is started as it is for a comparison.</summary>
public sealed class Proofs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleanssale-proof-").FullName;
    private readonly EngineSecrets _secrets = EngineSecrets.Make();

    public static TheoryData<string> Names => [.. Contender.All.Where(contender => !contender.Refuses).Select(contender => contender.Name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Names))]
    public async Task A_contender_checks_the_credential_and_sells_a_unit_once(string name)
    {
        var contender = Contender.All.Single(contender => contender.Name == name);
        await using var stage = await StartAsync(contender.Host);
        await new Proof(contender, stage, _secrets).RunAsync(TestContext.Current.CancellationToken);
        if (!contender.Stores) return;
        var sale = await stage.ReadAsync(Proof.Batch, TestContext.Current.CancellationToken);
        sale.ShouldNotBeNull();
        (sale.Stock, sale.Left, sale.Orders.Count, sale.Broken.Count).ShouldBe((1, 0, 1, 0));
    }

    [Fact]
    public async Task Who_stores_nothing_is_not_taken_for_one_who_sells()
    {
        await using var stage = await StartAsync(Host.NoOp);
        var purchase = Contender.All.Single(contender => contender.Name == Contender.Purchase);
        var failure = await Should.ThrowAsync<EngineException>(
            () => new Proof(purchase, stage, _secrets).RunAsync(TestContext.Current.CancellationToken));
        failure.Message.ShouldContain("a repeat was answered 201");
    }

    private Task<IStage> StartAsync(Host host) => Stage.StartAsync(host, _folder, _secrets, TestContext.Current.CancellationToken);
}
