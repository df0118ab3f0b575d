using Pareidolia.Diffusion;

namespace Pareidolia.Tests.Cli;

public sealed class SamplersTests
{
    [Fact]
    public void Every_sampler_and_schedule_is_listed_with_its_names()
    {
        Ran ran = CommandLine.Run("samplers");
        Assert.Equal(0, ran.Code);
        Assert.Matches(@"\ndpmpp_2m +DPM\+\+ 2M +yes +DPMSolverMultistep +karras +2 +1 +-\n", ran.Output);
        Assert.Matches(@"\nkarras +Karras ", ran.Output);
        Assert.All(SamplerCatalog.Samplers, sampler => Assert.Contains($"\n{sampler.Name} ", ran.Output, StringComparison.Ordinal));
    }
}
