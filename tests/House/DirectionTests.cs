using System.Text.RegularExpressions;
using System.Xml.Linq;
using OrleansSale.Tests.House.Metadata;
using OrleansSale.Tests.House.Sources;

namespace OrleansSale.Tests.House;

/// <summary>
/// GrainInterfaces &lt;- Grains &lt;- Silo &lt;- Api, and the front's request code knows GrainInterfaces only.
/// </summary>
public class DirectionTests
{
    private const string Interfaces = "OrleansSale.GrainInterfaces";
    private const string Grains = "OrleansSale.Grains";
    private const string Silo = "OrleansSale.Silo";
    private const string Api = "OrleansSale.Api";

    // The parts of Api that may use Silo and Grains, and why.
    private static readonly string[] Composition =
    [
        "Program", // composes the process
        "OrleansSale.Api.Hosting.", // likewise
        "OrleansSaleApi.", "OrleansCodeGen.", "OrleansGeneratedCode.", // written by the generators of Orleans
    ];

    // What the sandbox shares with the front besides the format of messages: where this process listens.
    private static readonly string[] SharedWithSandbox =
    [
        "OrleansSale.Api.Payments.ListeningAddress",
        "OrleansSale.Api.Http.Bodies.ReceivedBody", // how the server tells that a body is malformed
    ];

    // What belongs to no side: the list of ISO 4217, the signatures of Standard Webhooks, and the format of the
    // protocol's messages.
    private static readonly string[] Standards =
    [
        "OrleansSale.GrainInterfaces.Orders.Currency", "OrleansSale.GrainInterfaces.Webhooks.WebhookSignature",
    ];

    private const string Format = "OrleansSale.GrainInterfaces.Payments.Format.";

    [Theory]
    [InlineData(Interfaces)]
    [InlineData(Grains, Interfaces)]
    [InlineData(Silo, Interfaces, Grains)]
    [InlineData(Api, Interfaces, Grains, Silo)]
    public void An_assembly_references_only_those_before_it(string name, params string[] before)
    {
        using var assembly = CompiledAssembly.Named(name);
        var ours = assembly.References.Where(
            reference => reference.StartsWith("OrleansSale.", StringComparison.Ordinal));
        ours.Except(before).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GrainInterfaces")]
    [InlineData("Grains", "GrainInterfaces")]
    [InlineData("Silo", "Grains")]
    [InlineData("Api", "Silo")]
    public void A_project_references_only_the_one_before_it(string name, params string[] before)
    {
        var project = XDocument.Parse(Repository.Read($"{name}/{name}.csproj"));
        project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .ShouldBe(before);
    }

    [Fact]
    public void The_front_s_request_code_uses_no_type_of_Grains_or_Silo()
    {
        using var api = CompiledAssembly.Named(Api);
        api.UsesOf(type => !IsComposition(type)).Where(use => use.Assembly is Grains or Silo).ShouldBeEmpty();
    }

    // The text is searched, because metadata shows neither constants, which compile to their values, nor names in
    // comments.
    [Fact]
    public void The_front_s_request_code_names_neither_Grains_nor_Silo()
    {
        var named = Repository.Files(".cs").Where(file => file.StartsWith("Api/", StringComparison.Ordinal))
            .Where(file => file is not "Api/Program.cs" && !file.StartsWith("Api/Hosting/", StringComparison.Ordinal))
            .Where(file => Regex.IsMatch(Repository.Read(file), @"\bOrleansSale\.(Grains|Silo)\b"));
        named.ShouldBeEmpty();
    }

    [Fact]
    public void The_sandbox_provider_knows_nothing_of_the_engine()
    {
        using var api = CompiledAssembly.Named(Api);
        var sandbox = api.UsesOf(type => type.StartsWith("OrleansSale.Api.Sandbox.", StringComparison.Ordinal))
            .ToList();
        sandbox.ShouldNotBeEmpty();
        sandbox.Where(use => use.Assembly is Interfaces or Grains or Silo && !Standards.Contains(use.Type)
            && !use.Type.StartsWith(Format, StringComparison.Ordinal)).ShouldBeEmpty();
        // It uses nothing of the rest of the front either: it is an app of its own in this process.
        sandbox.Where(use => use.Assembly == "" && use.IsIn(Api) && !use.IsIn(Api + ".Sandbox"))
            .Where(use => !SharedWithSandbox.Contains(use.Type)).ShouldBeEmpty();
        Repository.Files(".cs").Where(file => file.StartsWith("Api/Sandbox/", StringComparison.Ordinal))
            .Where(file => Regex.IsMatch(
                Repository.Read(file),
                @"\bOrleansSale\.(GrainInterfaces(?!\.Orders;|\.Webhooks;|\.Payments\.Format;)|Grains|Silo)\b"))
            .ShouldBeEmpty();
    }

    [Fact]
    public void What_composes_is_seen_to_use_Silo()
    {
        using var api = CompiledAssembly.Named(Api);
        api.UsesOf(IsComposition).ShouldContain(use => use.Assembly == Silo);
    }

    private static bool IsComposition(string type) => Composition.Any(allowed => allowed.EndsWith('.')
        ? type.StartsWith(allowed, StringComparison.Ordinal)
        : type == allowed);
}
